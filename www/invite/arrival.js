// Reads what the page was opened with, once, and takes it out of the address bar and the history before anything else
// is even loaded. A script of its own, so that it runs also when a later one fails, and says so then.

/** The address the page was opened with, secret and all; with a space wherever the browser had to escape one. */
export const address = location.href.replace(/%(20|0[9AD])/gi, " ");

/** Whether path or query held something: whatever stands there went through a request, only what is behind # did not. */
export const wasSent = !/^\/i\/?$/.test(location.pathname) || location.search !== "";

history.replaceState(null, "", "/i");

const anew = () => (history.replaceState(null, "", address), location.reload());

/**
 * Where a part of the page does not come through, all of it is asked for once more; then what the page itself holds says
 * so, until something else is shown.
 */
function stuck() {
  const note = document.getElementById("stuck");
  if (!note) return;
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival instanceof PerformanceNavigationTiming && arrival.type === "navigate") return anew();
  note.hidden = false;
  document.querySelector("#card > .wait")?.remove();
  document.getElementById("card")?.removeAttribute("aria-busy");
}
/** @param {Event} event */
const failed = (event) => (event instanceof ErrorEvent || event.target instanceof HTMLScriptElement) && stuck();
addEventListener("error", failed, true);
addEventListener("unhandledrejection", stuck);
document.getElementById("anew")?.addEventListener("click", anew);
