// Drag and drop, paste, camera, and answers without leaving the page. Without this script the form works as it is.
"use strict";
const AT_ONCE = 12; // so few files go in one request, in which a badge and its twin are compared
const BATCH = 8; // of more, so many: the first answers come while the last files wait; twins apart go once more
const MOST_TRIES = 8;
const LONGEST_WAIT_S = 60;
const LOOK_EVERY_MS = 200;

const form = document.getElementById("verify-form");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
const photo = document.getElementById("photo");
const text = document.getElementById("text");
const answer = document.getElementById("answer");
const busy = document.getElementById("busy");
const progress = document.getElementById("progress");
const results = document.getElementById("results");
const again = document.getElementById("again");
let run = 0; // a newer run lets an older one fall

function take(list) {
  if (list.length) { files.files = list; photo.value = ""; text.value = ""; form.requestSubmit(); }
}

for (const kind of ["dragenter", "dragover"]) {
  document.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) { drop.classList.remove("over"); } });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (event.target.matches("input, textarea")) { return; }
  const pasted = event.clipboardData;
  if (pasted.files.length) { event.preventDefault(); take(pasted.files); return; }
  const words = pasted.getData("text/plain").trim();
  if (words) { event.preventDefault(); files.value = ""; photo.value = ""; text.value = words; form.requestSubmit(); }
});
files.addEventListener("change", () => { photo.value = ""; text.value = ""; if (files.files.length) { form.requestSubmit(); } });
photo.addEventListener("change", () => { files.value = ""; text.value = ""; if (photo.files.length) { form.requestSubmit(); } });

function given() {
  const found = [...files.files, ...photo.files].map((file) => ["files", file, file.name]);
  if (text.value.trim()) { found.push(["text", text.value]); }
  return found;
}

function say(words) { busy.textContent = words; }

function wait(seconds) { return new Promise((done) => { setTimeout(done, seconds * 1000); }); }

async function ask(batch, first) {
  const body = new FormData();
  for (const item of batch) { body.append(...item); }
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const response = await fetch(form.action, {
      method: "POST", body, headers: {Accept: "text/html", "X-Fragment": "results", "X-First": String(first)},
    });
    if (response.status !== 429) { return response; }
    await wait(Math.min(Number(response.headers.get("Retry-After")) || 1, LONGEST_WAIT_S));
  }
  return null;
}

// Rows and answers know by their number in the whole drop which file they are about.
function read(markup, items) {
  const parsed = new DOMParser().parseFromString(markup, "text/html");
  for (const part of parsed.querySelectorAll("[data-file]")) { part.dataset.item = items[Number(part.dataset.file)]; }
  return parsed;
}

function recount() {
  for (const tally of results.querySelectorAll(".tally li")) {
    const count = results.querySelectorAll(`tr[data-tone="${tally.dataset.tone}"]`).length;
    tally.querySelector(".count").textContent = count;
    tally.classList.toggle("none", count === 0);
  }
}

function show(parsed, isFirst) {
  const rows = parsed.querySelectorAll("tbody tr");
  if (isFirst || !rows.length) { results.replaceChildren(...(rows.length ? parsed.body : parsed.querySelector("main") || parsed.body).childNodes); return rows.length; }
  results.querySelector("tbody").append(...rows);
  results.querySelector(".answers").append(...parsed.querySelectorAll("article"));
  results.querySelector(".overview").classList.remove("single");
  recount();
  return rows.length;
}

// A badge and a credential that know each other by a mark, and came in different requests, were not compared.
function apart(size) {
  const known = new Map();
  for (const row of results.querySelectorAll("tr[data-twins]")) {
    for (const twin of row.dataset.twins.split(" ")) {
      const [side, mark] = twin.split(":");
      const sides = known.get(mark) || known.set(mark, {b: new Set(), c: new Set()}).get(mark);
      sides[side].add(Number(row.dataset.item));
    }
  }
  const groups = [];
  for (const {b, c} of known.values()) {
    const isApart = [...b].some((one) => [...c].some((other) => Math.floor(one / size) !== Math.floor(other / size)));
    if (isApart) { groups.push(new Set([...b, ...c])); }
  }
  return packed(merged(groups));
}

function merged(groups) {
  const whole = [];
  for (const group of groups) {
    for (const other of whole.filter((each) => [...each].some((item) => group.has(item)))) {
      for (const item of other) { group.add(item); }
      whole.splice(whole.indexOf(other), 1);
    }
    whole.push(group);
  }
  return whole;
}

function packed(groups) {
  const requests = [];
  for (const group of groups) {
    const last = requests.at(-1);
    if (last && last.length + group.size <= AT_ONCE) { last.push(...group); } else { requests.push([...group]); }
  }
  return requests;
}

// The answers on files that went once more take the places of their first ones.
function replace(parsed, items) {
  for (const item of items) {
    for (const kind of ["tr", "article"]) {
      const before = results.querySelectorAll(`${kind}[data-item="${item}"]`);
      const now = parsed.querySelectorAll(`${kind}[data-item="${item}"]`);
      if (before.length && now.length) {
        before[0].before(...now);
        for (const old of before) { old.remove(); }
      }
    }
  }
  recount();
}

// Nothing is kept on the server to compare with: what belongs together is sent together, and checked anew.
async function compareApart(items, size, mine, shown) {
  let first = shown;
  for (const together of apart(size)) {
    say(form.dataset.comparing);
    const response = await ask(together.map((item) => items[item]), first);
    if (mine !== run) { return; }
    if (response === null || !response.ok) { throw new Error("twins could not be compared"); }
    const parsed = read(await response.text(), together);
    first += parsed.querySelectorAll("tbody tr").length;
    replace(parsed, together);
  }
}

async function verifyAll(items, mine) {
  let shown = 0;
  progress.max = items.length;
  progress.hidden = items.length < 2;
  const size = items.length > AT_ONCE ? BATCH : AT_ONCE;
  for (let at = 0; at < items.length; at += size) {
    progress.value = at;
    say(items.length > 1 ? form.dataset.progress.replace("%done", at).replace("%total", items.length) : form.dataset.busy);
    const batch = items.slice(at, at + size);
    const response = await ask(batch, shown);
    if (mine !== run) { return; }
    if (response === null) { throw new Error("too many requests"); }
    const found = show(read(await response.text(), batch.map((_, place) => at + place)), shown === 0);
    if (!response.ok) { break; }
    shown += found;
  }
  await compareApart(items, size, mine, shown);
  if (mine !== run) { return; }
  say("");
  progress.hidden = true;
  again.hidden = shown === 0;
  answer.focus({preventScroll: true});
  answer.scrollIntoView({block: "start"});
}

form.addEventListener("submit", async (event) => {
  if (event.submitter && event.submitter.name === "format") { return; } // a file: the browser downloads it
  event.preventDefault();
  const items = given();
  const mine = run += 1;
  results.replaceChildren();
  again.hidden = true;
  if (items.length > Number(form.dataset.most)) { say(form.dataset.tooMany); return; }
  if (!items.length) { say(""); files.focus(); return; }
  try {
    await verifyAll(items, mine);
  } catch {
    progress.hidden = true;
    say(form.dataset.lost);
  }
});

// The camera, where the browser itself can read QR codes; elsewhere the picture is sent like any other file.
const scan = document.getElementById("scan");
const scanner = document.getElementById("scanner");
const view = document.getElementById("view");
const trouble = document.getElementById("scan-trouble");

function stop() {
  for (const track of view.srcObject ? view.srcObject.getTracks() : []) { track.stop(); }
  view.srcObject = null;
  scanner.hidden = true;
  scan.hidden = false;
}

function follow(words) {
  const code = words.match(/^https:\/\/([^/]+)\/c\/([0-9A-Za-z]+)$/);
  if (code && [form.dataset.host, location.host].includes(code[1])) {
    location.assign(`/c/${code[2]}${new URL(form.action).search}`);
    return;
  }
  text.value = words;
  files.value = "";
  photo.value = "";
  form.requestSubmit();
}

async function look(detector) {
  if (!view.srcObject) { return; }
  const [found] = await detector.detect(view);
  if (found) { stop(); follow(found.rawValue); return; }
  setTimeout(look, LOOK_EVERY_MS, detector);
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  scan.hidden = false;
  scan.addEventListener("click", async () => {
    trouble.textContent = "";
    try {
      view.srcObject = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}});
      scan.hidden = true;
      scanner.hidden = false;
      await view.play();
      await look(new BarcodeDetector({formats: ["qr_code"]}));
    } catch {
      stop();
      trouble.textContent = form.dataset.scanRefused;
    }
  });
  document.getElementById("scan-stop").addEventListener("click", () => { stop(); scan.focus(); });
}
