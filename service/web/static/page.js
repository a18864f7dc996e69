// Pictures that are chosen, dropped, pasted or photographed, each to its card. Nothing is kept.

import { enliven } from "./card.js";
import { error, send } from "./send.js";

const AT_ONCE = 2;

const form = document.querySelector("form");
const results = document.querySelector("#results");
const told = document.querySelector("#told");
const inputs = [...form.querySelectorAll("input")];
const waiting = [];
let running = 0;
let stop = new AbortController();

inputs[0].multiple = true;
inputs[0].required = false;
form.querySelector("#check").hidden = true;
form.querySelectorAll("[hidden]:not(#check)").forEach((it) => (it.hidden = false));
results.querySelectorAll("details.result").forEach((card) => enliven(card, "picture"));

for (const input of inputs) {
  input.onchange = () => {
    add(input.files);
    input.value = ""; // so that the same one can be chosen again
  };
}
form.onsubmit = (event) => event.preventDefault();
document.ondragover = (event) => {
  event.preventDefault();
  document.body.classList.add("over");
};
document.ondragleave = (event) => event.relatedTarget || document.body.classList.remove("over");
document.ondrop = (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  add(event.dataTransfer.files);
};
document.onpaste = (event) => add(event.clipboardData.files);
document.querySelector("#clear").onclick = clear;

function add(files) {
  if (!files.length) return;
  document.querySelector("#bar").hidden = false;
  for (const file of files) {
    const place = pending(file);
    results.append(place.element);
    waiting.push({ file, ...place });
  }
  tell();
  next();
}

function clear() {
  stop.abort(new Error("cleared"));
  stop = new AbortController();
  waiting.length = running = 0;
  results.replaceChildren();
  document.querySelector("#bar").hidden = true;
  told.textContent = "";
  inputs[0].focus();
}

function next() {
  while (running < AT_ONCE && waiting.length) {
    running++;
    check(waiting.shift(), stop.signal);
  }
}

async function check(job, signal) {
  const most = Number(form.dataset.maxBytes);
  try {
    const card = job.file.size > most - 1000 // the rest of the body has some bytes, too
      ? error("Body too large", `The file has ${mib(job.file.size)} MiB; at most ${mib(most)} MiB are taken.`)
      : await send(job.file, job.tell, signal);
    settle(job, card);
  } catch (reason) {
    if (!signal.aborted) settle(job, error("Something went wrong", String(reason)));
  }
  if (signal.aborted) return;
  running--;
  tell(job.element);
  next();
}

/** Put a card where the picture waited. */
function settle(job, card) {
  URL.revokeObjectURL(job.thumb.src);
  if (card.matches("details")) {
    job.thumb.src = card.querySelector(".picture image").getAttribute("href"); // upright, always one
    card.querySelector("summary").prepend(job.thumb);
    card.open = results.childElementCount === 1;
    enliven(card, job.file.name);
  } else {
    card.removeAttribute("role"); // what is new is told below
    card.prepend(job.thumb);
    card.querySelector("h2").textContent = `${job.file.name}: ${card.querySelector("h2").textContent}`;
    if (card.dataset.again) card.append(again(card, job.file));
  }
  job.element.replaceWith(card);
  job.element = card;
}

function again(card, file) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "Try again" });
  button.onclick = () => retry(card, file);
  return button;
}

function retry(card, file) {
  const place = pending(file);
  card.replaceWith(place.element);
  waiting.push({ file, ...place });
  next();
  place.element.focus();
}

/** What stands there while a picture is on its way. */
function pending(file) {
  const element = document.createElement("div");
  element.className = "pending";
  element.tabIndex = -1;
  const thumb = Object.assign(document.createElement("img"), { className: "thumb", alt: "" });
  thumb.onerror = () => (thumb.hidden = true); // a browser cannot show all that can be scored
  thumb.onload = () => (thumb.hidden = false);
  thumb.src = URL.createObjectURL(file);
  const words = document.createElement("div");
  const name = Object.assign(document.createElement("p"), { textContent: file.name });
  const state = Object.assign(document.createElement("p"), { className: "state", textContent: "Waiting" });
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", `Progress of ${file.name}`);
  words.append(name, state, bar);
  element.append(thumb, words);
  return { element, thumb, tell: (text, share) => {
    state.textContent = text;
    if (share === undefined) bar.removeAttribute("value");
    else bar.value = share;
  } };
}

/** One line for those who see it and those who hear it: what came last, and how many are left. */
function tell(card) {
  const left = results.querySelectorAll(".pending").length;
  const all = results.childElementCount;
  const count = left ? `${all - left} of ${all} done.` : all > 1 ? `All ${all} done.` : "";
  told.textContent = [card && spoken(card), count].filter(Boolean).join(" ");
}

function spoken(card) {
  const of = (selector) => card.querySelector(selector)?.textContent.trim() ?? "";
  if (card.matches(".error")) return `${of("h2")}. ${of(".what")}`;
  return `${of(".name")}: ${of("h2")}, ${of(".score")}.`;
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(bytes < 2 ** 21 ? 2 : 0);
}
