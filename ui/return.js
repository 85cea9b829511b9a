// Goes back to the door when the page may no longer be seen: signed out in another tab, or the
// program was started anew. Streamlit would only say that a connection failed.
(() => {
  const EVERY = 5000; // milliseconds
  const look = async () => {
    try {
      const answer = await fetch("./_stcore/health", { cache: "no-store" });
      if (answer.status === 401) location.reload();
    } catch {
      // the program has ended, or the network is gone: the page says so itself
    }
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
})();
