// Brings the place where it stands into view, once for each mark: what a person scrolls to later
// stays where it is.
const seen = (window.__ragScrolled ??= new Set());

export default function ({ data, parentElement }) {
  if (seen.has(data.mark)) return;
  seen.add(data.mark);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const move = () =>
    parentElement.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  const timer = setTimeout(move, 150); // what stands below must be there to scroll to
  return () => clearTimeout(timer);
}
