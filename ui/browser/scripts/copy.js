// A button that puts a text on the clipboard and says so. The text is data and never markup.
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  const label = parentElement.querySelector("[data-label]");
  const said = parentElement.querySelector("[role=status]");
  label.textContent = data.label;
  button.onclick = async () => {
    await copy(data.text, button);
    label.textContent = data.done;
    said.textContent = data.done;
    setTimeout(() => {
      label.textContent = data.label;
      said.textContent = "";
    }, 2000);
  };
  return () => {
    button.onclick = null;
  };
}

// Where a page did not come over HTTPS a browser has no clipboard to give but for a selection.
async function copy(text, button) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  button.focus();
}
