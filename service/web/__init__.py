"""HTTP: the application, its routes and page, and who may come in."""
