// Drag and drop, and answers without leaving the page. Without this script the form works as it is.
"use strict";
const form = document.getElementById("verify-form");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
const answer = document.getElementById("answer");

for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.remove("over"); });
}
drop.addEventListener("drop", (event) => {
  if (event.dataTransfer.files.length) {
    files.files = event.dataTransfer.files;
    form.requestSubmit();
  }
});
files.addEventListener("change", () => { if (files.files.length) { form.requestSubmit(); } });

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  answer.textContent = answer.dataset.busy;
  try {
    const response = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: {Accept: "text/html", "X-Fragment": "results"},
    });
    answer.innerHTML = await response.text();
  } catch {
    form.submit();
  }
});
