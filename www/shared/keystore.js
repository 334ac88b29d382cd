// The keys on this device: one account a server, filed under the server's public key, as WebCrypto keys that no script
// can read out again. It promises that a seed is never stored, is wiped once it is imported, and that keys come to stay
// only after they were handed out for a backup or their maker said that there shall be none.
//
// It depends on nothing but the browser: WebCrypto (Ed25519, X25519, HKDF) and IndexedDB. What a signature is *about* is
// the core's affair: bytes come from `door.js`, and bytes that are no statement of Doorward's are not signed.

/** @typedef {"insecure-origin" | "old-browser" | "no-storage" | "keys-exist" | "damaged-backup" | "backup-first" | "malformed"} KeystoreCode */

/** What this device cannot do, as a code. */
export class KeystoreError extends Error {
  /** @param {KeystoreCode} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause });
    this.name = "KeystoreError";
    /** @readonly */
    this.code = code;
  }
}

/**
 * A receipt as it is kept on this device; verify it with `door.Receipt.verify` before it is shown.
 * @typedef {object} KeptReceipt
 * @property {string} receipt base64url
 * @property {string} signature 128 hexadecimal characters
 * @property {string} handle under which the server knows the account
 */

/**
 * One account's keys. The secret halves are inside the browser.
 * @typedef {object} Keys
 * @property {string} serverKey the server they are for, 64 hexadecimal characters; they are used with no other
 * @property {string} signKey the account's public Ed25519 key, 64 hexadecimal characters
 * @property {string} kexKey the account's public X25519 key, 64 hexadecimal characters
 * @property {string} handle what the account is called
 * @property {KeptReceipt | null} receipt of the server
 * @property {Record<string, KeptReceipt>} networks those of networks there, by id
 * @property {(bytes: Uint8Array) => Promise<string>} sign signs a statement; 128 hexadecimal characters. Throws `malformed`
 *   for bytes that are no statement of Doorward's.
 * @property {(salt: Uint8Array, info: Uint8Array) => Promise<Uint8Array>} deriveToken the invite token (32 bytes) of a salt
 *   (16 bytes), with `info` from `door.tokenInfo(serverKey)`
 */

/**
 * What stands in a backup beside the secrets.
 * @typedef {object} BackupNotes
 * @property {string} server_name
 * @property {string} public_url
 * @property {string} handle
 */

/**
 * Keys that were drawn but are not kept yet.
 * @typedef {object} NewKeys
 * @property {string} signKey
 * @property {string} kexKey
 * @property {(notes: BackupNotes) => string} seedsJson **Secret.** What a backup holds; to be encrypted at once. The same
 *   notes give the same text.
 * @property {(handle: string, backup?: "saved" | "skipped") => Promise<Keys>} commit imports the keys for good and wipes the
 *   seeds. `"saved"` unless said otherwise; throws `backup-first` if it says so although no backup was asked for, and
 *   `keys-exist` if this device has other keys for the server.
 * @property {() => void} discard wipes the seeds
 */

/**
 * A record of the database.
 * @typedef {object} Stored
 * @property {string} serverKey
 * @property {string} signKey
 * @property {string} kexKey
 * @property {string} handle
 * @property {KeptReceipt | null} receipt
 * @property {Record<string, KeptReceipt>} [networks] absent in records of before there were any
 * @property {CryptoKey} sign Ed25519, not extractable
 * @property {CryptoKey} kex X25519, not extractable
 * @property {CryptoKey} root HKDF, not extractable
 */

/** The seeds of one account, each 32 bytes. @typedef {{ sign: Uint8Array<ArrayBuffer>, kex: Uint8Array<ArrayBuffer>, root: Uint8Array<ArrayBuffer> }} Seeds */

/**
 * Draws the keys of a new account for this server. Nothing is stored until `commit`.
 * Throws `insecure-origin`, `old-browser`, `keys-exist`.
 * @param {string} serverKey
 * @returns {Promise<NewKeys>}
 */
export async function createKeys(serverKey) {
  needSecureOrigin();
  if (await read(serverKey)) throw new KeystoreError("keys-exist");
  const draw = () => crypto.getRandomValues(new Uint8Array(32));
  /** @type {Seeds | null} */
  let seeds = { sign: draw(), kex: draw(), root: draw() };
  const created = new Date().toISOString().replace(/\.\d+/, "");
  const { signKey, kexKey } = await publicKeys(seeds);
  let handedOut = false;
  const alive = () => {
    if (!seeds) throw new KeystoreError("malformed");
    return seeds;
  };
  const discard = () => {
    if (seeds) wipe(seeds);
    seeds = null;
  };
  return {
    signKey,
    kexKey,
    seedsJson(notes) {
      const { sign, kex, root } = alive();
      handedOut = true;
      return JSON.stringify({
        "doorward-backup": 1,
        server_key: serverKey,
        server_name: notes.server_name,
        public_url: notes.public_url,
        sign_key: signKey,
        sign_seed: toHex(sign),
        kex_key: kexKey,
        kex_seed: toHex(kex),
        invite_root: toHex(root),
        handle: notes.handle,
        created,
      });
    },
    async commit(handle, backup = "saved") {
      const secrets = alive();
      if (backup === "saved" && !handedOut) throw new KeystoreError("backup-first");
      const keys = await keep({ serverKey, signKey, kexKey, handle, receipt: null, ...(await sealed(secrets)) });
      discard();
      return keys;
    },
    discard,
  };
}

/**
 * The keys this device has for a server.
 * @param {string} serverKey
 * @returns {Promise<Keys | null>}
 */
export async function loadKeys(serverKey) {
  const stored = await read(serverKey);
  return stored ? opened(stored) : null;
}

/**
 * Takes keys from a decrypted backup (of this page or of the command line) and files them under the server it names.
 * Throws `damaged-backup`, `keys-exist`, `insecure-origin`, `old-browser`, `no-storage`.
 * @param {string} json
 * @returns {Promise<Keys>}
 */
export async function restore(json) {
  needSecureOrigin();
  const backup = parse(json);
  const { seeds } = backup;
  try {
    const { signKey, kexKey } = await publicKeys(seeds);
    if (signKey !== backup.signKey || kexKey !== backup.kexKey) throw new KeystoreError("damaged-backup");
    const { serverKey, handle } = backup;
    return await keep({ serverKey, signKey, kexKey, handle, receipt: null, ...(await sealed(seeds)) });
  } finally {
    wipe(seeds);
  }
}

/**
 * Forgets the keys for a server. Without a backup they are gone for good.
 * @param {string} serverKey
 */
export async function forget(serverKey) {
  await within("readwrite", (accounts) => accounts.delete(serverKey));
}

/** What is kept of having been let in. @param {Keys | null | undefined} keys @param {string} [network] its id; the server itself if there is none */
export const receiptOf = (keys, network) => (network ? keys?.networks[network] : keys?.receipt) ?? null;

/**
 * Keeps the receipt beside the keys. From now on the account is called what the receipt's answer called it.
 * @param {string} serverKey @param {KeptReceipt} receipt @param {string} [network] the id of the network it is of
 */
export async function saveReceipt(serverKey, receipt, network) {
  const { receipt: payload, signature, handle } = receipt;
  await within("readwrite", (accounts) =>
    then(accounts.get(serverKey), (/** @type {Stored | undefined} */ stored) => {
      if (!stored) throw new KeystoreError("no-storage");
      const kept = { receipt: payload, signature, handle };
      return accounts.put({ ...stored, handle, ...(network ? { networks: { ...stored.networks, [network]: kept } } : { receipt: kept }) });
    }),
  );
}

/**
 * Asks the browser not to clear the keys away when space is short.
 * @returns {Promise<boolean>} whether it promised
 */
export async function persist() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

// What follows is how.

function needSecureOrigin() {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) throw new KeystoreError("insecure-origin");
}

/** PKCS #8 (RFC 5958) around a 32-byte key of RFC 8410: everything before the seed; the last byte of the OID differs. */
const shell = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65];
/** @type {{ Ed25519: { oid: number, use: KeyUsage }, X25519: { oid: number, use: KeyUsage } }} */
const curves = { Ed25519: { oid: 0x70, use: "sign" }, X25519: { oid: 0x6e, use: "deriveBits" } };

/** @param {keyof typeof curves} curve @param {Uint8Array} seed @param {boolean} extractable */
async function secretKey(curve, seed, extractable) {
  const { oid, use } = curves[curve];
  const wrapped = new Uint8Array([...shell, oid, 0x04, 0x22, 0x04, 0x20, ...seed]);
  try {
    return await crypto.subtle.importKey("pkcs8", wrapped, curve, extractable, [use]);
  } catch (error) {
    throw new KeystoreError("old-browser", error);
  } finally {
    wrapped.fill(0);
  }
}

/** The public halves: WebCrypto gives them away only with the key, so each is imported once more for this. @param {Seeds} seeds */
async function publicKeys({ sign, kex }) {
  /** @param {keyof typeof curves} curve @param {Uint8Array} seed */
  const publicKey = async (curve, seed) => {
    const { x } = await crypto.subtle.exportKey("jwk", await secretKey(curve, seed, true));
    return toHex(Uint8Array.from(atob((x ?? "").replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0)));
  };
  const [signKey, kexKey] = await Promise.all([publicKey("Ed25519", sign), publicKey("X25519", kex)]);
  return { signKey, kexKey };
}

/** The secrets as keys that cannot be read out. @param {Seeds} seeds */
async function sealed(seeds) {
  const [sign, kex, root] = await Promise.all([
    secretKey("Ed25519", seeds.sign, false),
    secretKey("X25519", seeds.kex, false),
    crypto.subtle.importKey("raw", seeds.root, "HKDF", false, ["deriveBits"]),
  ]);
  return { sign, kex, root };
}

/** @param {Stored} stored @returns {Keys} */
function opened({ serverKey, signKey, kexKey, handle, receipt, networks = {}, sign, root }) {
  return {
    serverKey,
    signKey,
    kexKey,
    handle,
    receipt,
    networks,
    async sign(bytes) {
      if (!isStatement(bytes)) throw new KeystoreError("malformed");
      return toHex(new Uint8Array(await crypto.subtle.sign("Ed25519", sign, new Uint8Array(bytes))));
    },
    async deriveToken(salt, info) {
      if (salt.length !== 16) throw new KeystoreError("malformed");
      const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(salt), info: new Uint8Array(info) };
      return new Uint8Array(await crypto.subtle.deriveBits(how, root, 256));
    },
  };
}

/** Everything of ours begins so: an account's key may serve elsewhere too, but never here for something of elsewhere. */
const opening = [0xff, ...new TextEncoder().encode("doorward/")];

/** @param {Uint8Array} bytes */
const isStatement = (bytes) => opening.every((byte, at) => bytes[at] === byte);

/** @param {Stored} account */
async function keep(account) {
  await within("readwrite", (accounts) =>
    then(accounts.get(account.serverKey), (/** @type {Stored | undefined} */ present) => {
      if (present && present.signKey !== account.signKey) throw new KeystoreError("keys-exist");
      // The same keys again: what the server said of them since is kept.
      return accounts.put(present?.receipt || present?.networks ? { ...account, handle: present.handle, receipt: present.receipt, networks: present.networks } : account);
    }),
  );
  const stored = await read(account.serverKey);
  if (!stored) throw new KeystoreError("no-storage");
  return opened(stored);
}

/** @param {string} serverKey @returns {Promise<Stored | undefined>} */
const read = (serverKey) => within("readonly", (accounts) => accounts.get(serverKey));

/** A backup that is whole: every field there and of the right form. @param {string} json */
function parse(json) {
  try {
    const backup = JSON.parse(json);
    const hex = (/** @type {unknown} */ text) => {
      if (typeof text !== "string" || !/^[0-9a-f]{64}$/i.test(text)) throw new KeystoreError("damaged-backup");
      return text.toLowerCase();
    };
    const seed = (/** @type {unknown} */ text) => Uint8Array.from(hex(text).match(/../g) ?? [], (pair) => parseInt(pair, 16));
    if (backup["doorward-backup"] !== 1 || typeof backup.handle !== "string") throw new KeystoreError("damaged-backup");
    const seeds = { sign: seed(backup.sign_seed), kex: seed(backup.kex_seed), root: seed(backup.invite_root) };
    return { serverKey: hex(backup.server_key), signKey: hex(backup.sign_key), kexKey: hex(backup.kex_key), handle: backup.handle, seeds };
  } catch (error) {
    throw error instanceof KeystoreError ? error : new KeystoreError("damaged-backup", error);
  }
}

/** @param {Seeds} seeds */
function wipe(seeds) {
  for (const seed of Object.values(seeds)) seed.fill(0);
}

/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const table = "accounts";

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("doorward", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: "serverKey" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * Runs one transaction; resolves to what the last request gave once everything is on disk.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(accounts: IDBObjectStore) => IDBRequest<T> | Chain} work
 * @returns {Promise<T>}
 */
async function within(mode, work) {
  try {
    const db = await database();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = db.transaction(table, mode, { durability: "strict" });
        const begun = work(transaction.objectStore(table));
        transaction.oncomplete = () => resolve(/** @type {T} */ ("result" in begun ? begun.result : undefined));
        transaction.onabort = () => reject(("refusal" in begun && begun.refusal) || transaction.error);
      });
    } finally {
      db.close();
    }
  } catch (error) {
    throw error instanceof KeystoreError ? error : new KeystoreError("no-storage", error);
  }
}

/** A request that another one follows. @typedef {{ refusal?: unknown }} Chain */

/**
 * Goes on with what a request gave, in the same transaction; a throw takes the whole transaction back.
 * @template T
 * @param {IDBRequest<T>} request @param {(value: T) => unknown} next
 * @returns {Chain}
 */
function then(request, next) {
  /** @type {Chain} */
  const chain = {};
  request.onsuccess = () => {
    try {
      next(request.result);
    } catch (error) {
      chain.refusal = error;
      request.transaction?.abort();
    }
  };
  return chain;
}
