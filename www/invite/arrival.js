// Reads what the page was opened with, once, and takes it out of the address bar and the history before anything else
// is even loaded. A script of its own, so that it runs also when a later one fails.

/** The address the page was opened with, secret and all; with a space wherever the browser had to escape one. */
export const address = location.href.replace(/%(20|0[9AD])/gi, " ");

/** Whether path or query held something: whatever stands there went through a request, only what is behind # did not. */
export const wasSent = !/^\/i\/?$/.test(location.pathname) || location.search !== "";

history.replaceState(null, "", "/i");
