// What a card can do besides being read: fade the heatmap, show one face, copy, make a report.

import { report } from "./report.js";

export function enliven(card, name) {
  card.querySelector(".name").textContent = name;
  const heat = card.querySelector(".heat");
  const slider = card.querySelector(".slider");
  slider.hidden = card.querySelector(".actions").hidden = false;
  slider.querySelector("input").oninput = ({ target }) => heat.setAttribute("opacity", target.value / 100);
  faces(card);
  card.querySelector(".copy").onclick = ({ target }) => copy(card.querySelector("pre"), target);
  card.querySelector(".save").onclick = () => report(card, name);
}

/** Each face in the list is a button that shows it and its heatmap alone, or all of them again. */
function faces(card) {
  const items = [...card.querySelectorAll(".faces li")];
  const boxes = [...card.querySelectorAll(".picture .face")];
  const maps = [...card.querySelectorAll(".heat image")];
  const buttons = items.map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    item.replaceChildren(button);
    return button;
  });
  const choose = (chosen) => {
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(at === chosen)));
    boxes.forEach((box, at) => box.classList.toggle("dim", chosen !== null && at !== chosen));
    maps.forEach((map, at) => map.setAttribute("display", chosen === null || at === chosen ? "inline" : "none"));
  };
  buttons.forEach((button, at) => {
    button.onclick = () => choose(button.getAttribute("aria-pressed") === "true" ? null : at);
  });
  if (buttons.length) choose(null);
}

async function copy(pre, button) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(pre.textContent);
  } else { // a page that did not come over HTTPS
    for (let it = pre.parentElement; it; it = it.parentElement.closest("details")) it.open = true;
    getSelection().selectAllChildren(pre);
    document.execCommand("copy");
  }
  button.textContent = "Copied";
}
