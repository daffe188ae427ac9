// Files: chosen by the user, dropped anywhere on the page, or saved.

/**
 * @param {Record<string, (file: File) => void>} inputs a function for each `<input type=file>`, by selector
 * @param {(file: File) => void} takeDropped
 */
export function takeFiles(inputs, takeDropped) {
  for (const [selector, take] of Object.entries(inputs)) {
    const input = document.querySelector(selector);
    input.addEventListener('change', () => {
      const [file] = input.files;
      if (file) take(file);
      input.value = ''; // so that the same file can be chosen again
    });
  }
  const dropping = (on) => document.body.classList.toggle('dropping', on);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    dropping(true);
  });
  document.addEventListener('dragleave', (event) => event.relatedTarget ?? dropping(false));
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    dropping(false);
    const [file] = event.dataTransfer.files;
    if (file) takeDropped(file);
  });
}

/** Makes an `<a>` save these bytes. */
export function offer(link, bytes, type, name) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.hidden = false;
}
