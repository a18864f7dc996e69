// A card as one page to keep or to print: an HTML file of its own that needs nothing else.

export async function report(card, name) {
  const page = document.implementation.createHTMLDocument(`Deepfake detector: ${name}`);
  page.documentElement.lang = "en";
  const style = page.createElement("style");
  style.textContent = await (await fetch(document.querySelector("link[rel=stylesheet]").href)).text();
  page.head.append(charset(page), style);
  page.body.className = "report";
  const main = page.createElement("main");
  main.append(withBothPictures(card.cloneNode(true)), document.querySelector("#trust")?.cloneNode(true) ?? "");
  page.body.append(document.querySelector("body > svg").cloneNode(true), heading(page, name), main);
  page.querySelectorAll(".more").forEach((links) => links.remove());
  save(`<!doctype html>\n${page.documentElement.outerHTML}`, name);
}

function charset(page) {
  return Object.assign(page.createElement("meta"), { httpEquiv: "Content-Type", content: "text/html; charset=utf-8" });
}

function heading(page, name) {
  const header = page.createElement("header");
  header.append(Object.assign(page.createElement("h1"), { textContent: "Deepfake detector: report" }));
  header.append(Object.assign(page.createElement("p"), { textContent: `On the file “${name}”. A detector's opinion, no proof.` }));
  return header;
}

/** First the picture with its boxes alone, then with the heatmap, as strong as it was last set. */
function withBothPictures(card) {
  card.querySelectorAll(".faces button").forEach((it) => it.replaceWith(...it.childNodes));
  card.querySelectorAll("button, .json, .slider, .thumb, .actions").forEach((it) => it.remove());
  card.querySelectorAll("details").forEach((it) => (it.open = true));
  card.open = true;
  const figure = card.querySelector("figure");
  const plain = figure.cloneNode(true);
  plain.querySelectorAll(".heat, figcaption").forEach((it) => it.remove());
  const heat = figure.querySelector(".heat");
  if (heat.getAttribute("opacity") === "0") heat.setAttribute("opacity", ".5");
  figure.before(plain);
  return card;
}

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/html" }));
  link.download = `report-${name.replace(/\.\w+$/, "").replace(/[^\p{L}\p{N}]+/gu, "-")}.html`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
