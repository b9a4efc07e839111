"use strict";
// Without this the forms work as they are; with it files can be dropped anywhere on the box, and a
// selection that is too large is refused before it is sent.
for (const box of document.querySelectorAll(".drop")) {
  const form = box.closest("form");
  const [files, folder] = box.querySelectorAll("input");
  const most = Number(box.dataset.most);
  const check = () => {
    const all = [...files.files, ...folder.files];
    const size = all.reduce((sum, file) => sum + file.size, 0);
    files.setCustomValidity(size > most ? box.dataset.tooLarge : "");
  };
  for (const input of [files, folder]) input.addEventListener("change", check);
  box.addEventListener("dragover", (event) => { event.preventDefault(); box.classList.add("over"); });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", async (event) => {
    event.preventDefault();
    box.classList.remove("over");
    const roots = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    const found = new DataTransfer();
    const walk = async (entry) => {
      if (entry.isFile) {
        found.items.add(await new Promise((done, failed) => entry.file(done, failed)));
        return;
      }
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) return;
        for (const one of some) await walk(one);
      }
    };
    for (const entry of roots) if (entry) await walk(entry);
    files.files = found.files.length ? found.files : event.dataTransfer.files;
    check();
    if (files.checkValidity()) form.requestSubmit();
  });
}
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => { for (const button of form.querySelectorAll("button")) button.disabled = true; });
  });
}
