// Says which language the page is in, and puts the words of Streamlit's own widgets into it. What
// documents, people and models say stands in parts that are left alone.
const OURS = ".stHtml, [data-testid=stMarkdownContainer], [data-testid=stText], pre, textarea";
const THEIRS = "[data-testid=stFileUploaderDropzone]"; // whose button has a label like one of ours
const NAMES = ["aria-label", "aria-valuetext", "title", "placeholder"];
const TEXT = "text";

let stop; // what was begun for the language before

export default function ({ data }) {
  stop?.();
  document.documentElement.lang = data.language;
  const rules = data.words.map(([from, to]) => [new RegExp(`^${from}$`, "u"), to]);
  const before = new WeakMap(); // of a node, what it said by itself

  const put = (node, key, value, set) => {
    const text = value?.trim();
    const rule = text && text.length <= 120 && rules.find(([from]) => from.test(text));
    if (!rule) return;
    const said = text.replace(rule[0], rule[1]);
    if (said === text) return;
    before.set(node, { ...before.get(node), [key]: [said, text] });
    set(said);
  };
  const name = (element, key) =>
    put(element, key, element.getAttribute(key), (said) => element.setAttribute(key, said));
  const word = (node) => {
    const parent = node.parentElement;
    if (parent?.closest(OURS) && !parent.closest(THEIRS)) return;
    put(node, TEXT, node.nodeValue, (said) => (node.nodeValue = said));
  };
  const visit = (root, onName, onWord) => {
    if (root.nodeType === Node.TEXT_NODE) onWord(root);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    for (const key of NAMES) {
      if (root.hasAttribute(key)) onName(root, key);
      root.querySelectorAll(`[${key}]`).forEach((each) => onName(each, key));
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) onWord(walker.currentNode);
  };

  const watcher = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") name(change.target, change.attributeName);
      else if (change.type === "characterData") word(change.target);
      else change.addedNodes.forEach((node) => visit(node, name, word));
    }
  });
  visit(document.body, name, word);
  watcher.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: NAMES,
  });

  stop = () => {
    watcher.disconnect(); // and what was said before is said again
    const back = (node, key, now, set) => {
      const [said, text] = before.get(node)?.[key] ?? [];
      if (said !== undefined && now === said) set(text);
    };
    visit(
      document.body,
      (each, key) => back(each, key, each.getAttribute(key), (text) => each.setAttribute(key, text)),
      (node) => back(node, TEXT, node.nodeValue, (text) => (node.nodeValue = text)),
    );
  };
}
