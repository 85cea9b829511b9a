(language, pairs) => {
  // names that a screen reader reads; Streamlit writes them, and so do we, never a document
  const NAMES = ['aria-label', 'title', 'placeholder'];
  // where Streamlit has words of its own; a text elsewhere may be a document's
  const PLACES = '[data-testid^=stFileUploader], [data-testid=stFileChip], [data-testid=InputInstructions],'
    + '[data-testid=stTooltipContent], [data-testid=stTooltipErrorContent],'
    + '[data-testid=stDataFrameColumnMenu], [data-testid=stDataFrameColumnVisibilityMenu],'
    + '[data-testid=stSelectboxVirtualDropdown], [data-testid=stStatusWidget], [role=listbox],'
    + 'a[href="#stMain"]';
  document.documentElement.lang = language;
  if (window.ragLabels?.language === language) return;
  window.ragLabels?.observer.disconnect();

  const fixed = new Map(pairs.filter(([from]) => !from.includes('{}')).reverse());
  const open = pairs.filter(([from]) => from.includes('{}')).map(([from, to]) => [
    new RegExp('^' + from.split('{}').map(escape).join('(.+)') + '$', 's'), to,
  ]);
  function escape(text) { return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'); }
  function said(text) {
    const known = fixed.get(text);
    if (known) return known;
    for (const [pattern, to] of open) {
      const found = pattern.exec(text);
      if (found) return to.replace('{}', () => found[1]);
    }
    return null;
  }
  function name(element) {
    for (const attribute of NAMES) {
      const other = said(element.getAttribute(attribute) ?? '');
      if (other) element.setAttribute(attribute, other);
    }
  }
  function write(text) {
    if (!text.parentElement?.closest(PLACES)) return;
    const other = said(text.data.trim());
    if (other) text.data = other;
  }
  function look(node) {
    if (node.nodeType === Node.TEXT_NODE) write(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    name(node);
    const below = document.createTreeWalker(node, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (below.nextNode())
      below.currentNode.nodeType === Node.TEXT_NODE ? write(below.currentNode) : name(below.currentNode);
  }
  const observer = new MutationObserver(changes => {
    for (const change of changes) {
      if (change.type === 'attributes') name(change.target);
      else if (change.type === 'characterData') write(change.target);
      else change.addedNodes.forEach(look);
    }
  });
  window.ragLabels = {language, observer};
  look(document.body);
  observer.observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: NAMES,
  });
}
