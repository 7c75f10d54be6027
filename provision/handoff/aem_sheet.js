"use strict";
const status = document.querySelector("[role=status]");

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard for this page, or nobody allows it: the older way needs neither.
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function count(section) {
  const boxes = [...section.querySelectorAll("input")];
  const done = boxes.filter((box) => box.checked).length;
  const shown = section.querySelector(".count");
  shown.textContent = `${done} of ${boxes.length} filled in`;
  shown.classList.toggle("all", done === boxes.length);
}

for (const button of document.querySelectorAll("button.copy")) {
  button.addEventListener("click", async () => {
    const row = button.closest("tr");
    const done = await copied(row.querySelector("code").textContent);
    button.classList.toggle("copied", done);
    button.classList.toggle("failed", !done);
    button.textContent = done ? "Copied" : "Not copied";
    status.textContent = `${row.querySelector("th").textContent}: ${button.textContent}`;
    setTimeout(() => {
      button.classList.remove("copied", "failed");
      button.textContent = "Copy";
    }, 2000);
    button.focus();
  });
}

for (const button of document.querySelectorAll("button.show")) {
  button.addEventListener("click", () => {
    const row = button.closest("tr");
    const code = row.querySelector("code");
    code.hidden = !code.hidden;
    row.querySelector(".dots").hidden = !code.hidden;
    button.textContent = code.hidden ? "Show" : "Hide";
    button.setAttribute("aria-expanded", String(!code.hidden));
  });
}

for (const section of document.querySelectorAll("section.place")) {
  section.addEventListener("change", (event) => {
    event.target.closest("tr").classList.toggle("done", event.target.checked);
    count(section);
  });
  count(section);
}
