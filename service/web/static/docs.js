// In a file of its own, since the page may run no script that stands in it.
SwaggerUIBundle({
  url: document.querySelector("#swagger-ui").dataset.openapi,
  dom_id: "#swagger-ui",
  deepLinking: true,
});
