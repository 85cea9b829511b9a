// Scrolls the part of the page that it stands in to a share of the height of the picture there.
export default function ({ data, parentElement }) {
  let part = parentElement;
  while (part && !/auto|scroll/.test(getComputedStyle(part).overflowY)) part = part.parentElement;
  let tries = 40;
  const look = () => {
    const picture = part?.querySelector("img");
    if (!picture?.complete || !picture.clientHeight) {
      if (tries-- > 0) timer = setTimeout(look, 50); // the picture is still on its way
      return;
    }
    const top = picture.getBoundingClientRect().top - part.getBoundingClientRect().top;
    part.scrollTop += top + data.share * picture.clientHeight - part.clientHeight / 3;
  };
  let timer = setTimeout(look, 50);
  return () => clearTimeout(timer);
}
