//! The names that `door.d.ts` uses where wasm-bindgen would only say `string`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** 64 lower-case hexadecimal characters (either case is read). */
export type KeyHex = string;
/** 32 lower-case hexadecimal characters (either case is read). */
export type IdHex = string;
/** 128 lower-case hexadecimal characters (either case is read). */
export type SignatureHex = string;
/** Seconds since 1970-01-01T00:00:00Z. */
export type Seconds = number;
/** RFC 3339 in UTC, or `never`, or `unreadable` (which has expired). */
export type ExpiryText = string;
/** What a member is. */
export type Role = "member" | "admin" | "owner";

/** One row of the core's table of codes. */
export interface CodeEntry {
    /** Stable kebab-case name. */
    code: string;
}

/** What a redeem would answer now, by the core in this page. */
export interface Verdict {
    /** `allowed`, or why not. */
    code: string;
    /** Whether it would let the holder in. */
    allow: boolean;
    /** Whether it would spend a use. `spends && !allow`: do not offer it. */
    spends: boolean;
}

/** Claims that were checked against both signatures, or that this device is about to sign. */
export interface Claims {
    /** The claims as they travel. */
    readonly payload: Uint8Array;
    /** The bytes that the issuer and the invite's key sign. */
    readonly signedBytes: Uint8Array;
    /** SHA-256 of the payload, 64 hexadecimal characters. */
    readonly digest: string;
    readonly inviteId: IdHex;
    /** Where it leads; the server's own space is 32 zeros. */
    readonly space: IdHex;
    readonly role: Role;
    /** 0 = unlimited. */
    readonly maxUses: number;
    readonly expires: ExpiryText;
    /** The issuer's public word. Text, never markup or a link. */
    readonly greeting: string;
    readonly tags: readonly string[];
    readonly issuer: KeyHex;
    /** What the issuer called itself: show it with the {@link fingerprint} of its key. */
    readonly issuerHandle: string;
    /** Whether the server itself made it: the first owner's invite, or one for new keys of a lost owner. */
    readonly isServerIssued: boolean;
    /** The key whose place its holder takes with new keys; empty for an invite that lets someone join. */
    readonly rebind: KeyHex | "";
}

/** "Let this account in". */
export interface RedeemStatement {
    /** The statement as it travels. */
    readonly payload: Uint8Array;
    /** The bytes that the invite's key and the account's key sign. */
    readonly signedBytes: Uint8Array;
    /** The bytes that the account's key signs besides: "these two keys are one account". */
    readonly bindingBytes: Uint8Array;
}

/** A receipt whose signature was checked. */
export interface Receipt {
    /** Whom it let in. */
    readonly account: KeyHex;
    /** Which registration of that key. */
    readonly incarnation: IdHex;
    readonly role: Role;
    readonly space: IdHex;
    readonly inviteId: IdHex;
    readonly at: Seconds;
    /** Sequence number of the decision in the server's history. */
    readonly sequence: number;
    readonly decision: IdHex;
    /** The history's chain hash at that decision, 64 hexadecimal characters. */
    readonly chain: string;
}

/** The headers of one signed request. */
export interface SignedRequest {
    /** The bytes that the account's key signs; header `Signature` = `doorward=:<base64 of the signature>:`. */
    readonly signedBytes: Uint8Array;
    /** Header `Signature-Input`. */
    readonly signatureInput: string;
    /** Header `Content-Digest`, for methods that have a body. */
    readonly contentDigest?: string;
}

/** What an invite is to say; see `Claims.create`. */
export interface ClaimsFields {
    serverKey: KeyHex;
    inviteId: IdHex;
    inviteKey: KeyHex;
    /** Where it leads; the server's own space is 32 zeros. */
    space: IdHex;
    role: Role;
    /** 0 = unlimited. */
    maxUses: number;
    expires: ExpiryText;
    /** 0 to 280 characters; never shown as a link. */
    greeting: string;
    tags: string[];
    /** The issuer's account key. */
    issuer: KeyHex;
    issuerIncarnation: IdHex;
    issuerEpoch: number;
    issuerHandle: string;
}
"#;
