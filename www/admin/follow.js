// What happens at the server, followed while somebody is looking: whatever is on the page looks again as soon as something
// happened. Without a stream, the page asks every few seconds as well.
import { contact, follows, happenings, isUnanswered } from "/assets/admin/session.js";
import { Refusal } from "/assets/shared/api.js";

/** Milliseconds for which more is gathered before anything looks. */
const gathering = 250;
/** Milliseconds before a stream that broke off is opened again; doubled each time, up to the last. */
const [first, last] = [1000, 60_000];

/** Follows from now on. A page that nobody looks at follows nothing: browsers keep few connections to one server. */
export function follow() {
  /** @type {AbortController | undefined} */
  let stream;
  const turn = () => {
    const isSeen = document.visibilityState === "visible";
    if (isSeen === (stream !== undefined)) return;
    stream?.abort();
    stream = isSeen ? new AbortController() : undefined;
    if (stream) void keep(stream.signal);
  };
  document.addEventListener("visibilitychange", turn);
  turn();
}

/** Keeps a stream open, and goes on where it was. @param {AbortSignal} signal */
async function keep(signal) {
  let [after, wait] = ["", first];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let gathered;
  const look = () => {
    gathered = undefined;
    contact.dispatchEvent(new Event("look"));
  };
  while (!signal.aborted) {
    try {
      for await (const { event, id } of happenings(after, signal)) {
        wait = first;
        after = id || after;
        follows(event !== "ended");
        if (event !== "watching") gathered ??= setTimeout(look, gathering);
      }
    } catch (error) {
      if (signal.aborted) break;
      // Whoever may not watch is told why by whatever is on the page.
      if (error instanceof Refusal && !isUnanswered(error) && error.code !== "busy") break;
      if (!(error instanceof Refusal || error instanceof TypeError)) throw error;
    }
    follows(false);
    await new Promise((resume) => setTimeout(resume, wait));
    wait = Math.min(2 * wait, last);
  }
  follows(false);
}
