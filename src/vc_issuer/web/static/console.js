// Progress without reloading. Without this script the page refreshes itself.
"use strict";
const place = document.getElementById("progress");
const said = document.getElementById("said");
const STEP = 10; // per cent between what is read out
const LONGEST_WAIT_S = 60;
let waitS = Number(place.dataset.everyS);
let told = percent();

function standing(part) {
  const found = part.querySelector("[data-state]");
  return found && [found.dataset.state, found.dataset.paused, found.dataset.trouble].join();
}

function percent() {
  const bar = place.querySelector("progress");
  return bar ? Math.floor(bar.position * 100 / STEP) : 0;
}

function tell(words) { if (said && said.textContent !== words) { said.textContent = words; } }

async function look() {
  const address = new URL(location.pathname, location.href);
  const language = new URLSearchParams(location.search).get("lang");
  address.searchParams.set("refreshed", "1");
  if (language) { address.searchParams.set("lang", language); }
  try {
    const response = await fetch(address, {headers: {Accept: "text/html", "X-Fragment": "progress"}});
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    // Signed out, or another state: the page itself is another one then.
    if (response.redirected || standing(parsed.body) !== standing(place)) { location.reload(); return; }
    place.replaceChildren(...parsed.body.childNodes);
    waitS = Number(place.dataset.everyS);
    if (percent() !== told) {
      told = percent();
      tell(place.querySelector(".counted strong").textContent);
    }
  } catch {
    tell(place.dataset.lost);
    waitS = Math.min(waitS * 2, LONGEST_WAIT_S);
  }
  setTimeout(look, waitS * 1000);
}

setTimeout(look, waitS * 1000);
