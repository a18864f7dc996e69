"""The one path from a picture's bytes to its verdict, which API, page, command line and bulk all take."""
