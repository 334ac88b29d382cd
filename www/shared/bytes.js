// Bytes as text, the two ways the API writes them.

/** @param {string} text base64url without padding */
export const fromBase64url = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

/** @param {Uint8Array} bytes */
export const toBase64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** @param {Uint8Array} bytes */
export const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Random bytes as hexadecimal text. @param {number} count */
export const randomHex = (count) => toHex(crypto.getRandomValues(new Uint8Array(count)));
