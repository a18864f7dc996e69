// One picture to the service and its card back; tries again while the service cannot be reached.

const PATIENCE = 120_000; // milliseconds, from the first try
const LONGEST_WAIT = 15; // seconds between two tries

/** The card of `file`, as an element; `tell(words, share)` hears of each step, 0..1 or undefined. */
export async function send(file, tell, signal) {
  const began = Date.now();
  for (let tries = 0; ; tries++) {
    const answer = await post(file, tell, signal);
    const wait = Math.min(answer.retryAfter ?? 2 ** tries, LONGEST_WAIT);
    if (![0, 429, 503].includes(answer.status) || Date.now() - began + wait * 1000 > PATIENCE) {
      return card(answer);
    }
    tell(`${reason(answer.status)} Trying again.`);
    await pause(wait * 1000, signal);
  }
}

function reason(status) {
  if (status === 429) return "You have asked as often as you may.";
  return status ? "The service has too much to do, or is starting." : "The service cannot be reached.";
}

function post(file, tell, signal) {
  const { promise, resolve, reject } = withResolvers();
  const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
  const stop = () => request.abort();
  signal.addEventListener("abort", stop, { once: true });
  request.upload.onprogress = (event) => {
    if (event.loaded < event.total) tell("Uploading", event.loaded / event.total);
  };
  request.upload.onload = () => tell("Looking at it");
  request.onload = () => {
    const retryAfter = Number(request.getResponseHeader("Retry-After")) || undefined;
    resolve({ status: request.status, text: request.responseText, retryAfter });
  };
  request.onerror = () => resolve({ status: 0, text: "" });
  request.onabort = () => reject(signal.reason);
  request.onloadend = () => signal.removeEventListener("abort", stop);
  request.open("POST", "."); // wherever the page stands
  const body = new FormData();
  body.append("file", file); // with its name, which may be one that a generator gives
  tell("Uploading", 0);
  request.send(body);
  return promise;
}

function withResolvers() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); });
  });
}

/** What the service rendered, or the like where it rendered nothing. */
function card(answer) {
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  const found = page.querySelector(".result") ?? unanswered(answer.status);
  if (found.matches(".error") && (answer.status < 400 || answer.status === 429 || answer.status >= 500)) {
    found.dataset.again = "yes";
  }
  return document.adoptNode(found);
}

function unanswered(status) {
  if (status) return error("Something went wrong", `The service answered with status ${status}.`);
  return error("Not reached", "The service cannot be reached. Is the network there, and is it running?");
}

export function error(title, words) {
  const section = document.createElement("section");
  section.className = "result error";
  section.append(Object.assign(document.createElement("h2"), { textContent: title }));
  section.append(Object.assign(document.createElement("p"), { textContent: words, className: "what" }));
  return section;
}
