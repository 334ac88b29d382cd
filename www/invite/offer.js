// The invitation itself: who invites whom to what, as what, until when; and a name to come in under.
import { checkHandle, fingerprint, permits } from "/assets/door.js";
import { announce, facts, field, form, note, person, roleName, timeWords } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { language, permissions, say } from "/assets/shared/i18n.js";
import { footer, itself, notMe, show } from "/assets/invite/stage.js";

/** @typedef {import("/assets/invite/invite.js").Visit} Visit */

/** @param {Visit} visit */
export function offer(visit) {
  const { claims, server, preview, keys, invitation, network } = visit;
  const values = { inviter: claims.issuerHandle, server: server.name, network };
  const title = claims.rebind ? say("offer.rebind") : claims.isServerIssued ? say("offer.owner") : say(network ? "offer.title.network" : "offer.title", values);
  const entry = field(say("offer.handle"), h("input", { name: "username", autocomplete: "username", autocapitalize: "words", spellcheck: "false", maxlength: 128, required: true }), say("offer.handle.hint"));
  entry.input.value = keys?.handle ?? "";
  const go = async () => {
    const handle = entry.input.value.trim().normalize("NFC");
    if (checkHandle(handle)) return entry.complain(say("offer.handle.wrong"));
    let accept;
    try {
      accept = await afterwards();
    } catch {
      failed.replaceChildren(note("bad", h("p", {}, say("offer.later"))));
      return announce(say("offer.later"));
    }
    footer(null);
    return accept(visit, handle);
  };
  const failed = h("div");
  show(
    title,
    claims.rebind
      ? note("warn", h("p", {}, say("offer.rebind.lead", { server: server.name, key: fingerprint(claims.rebind) })))
      : claims.isServerIssued && h("p", {}, say("offer.owner.lead", { server: server.name })),
    claims.greeting && h("blockquote", { class: "greeting", dir: "auto", "aria-label": say("offer.greeting", { inviter: claims.issuerHandle }) }, claims.greeting),
    facts([
      [say("offer.by"), claims.isServerIssued ? say("inviter.server") : person(claims.issuerHandle, fingerprint(claims.issuer))],
      [say("offer.network"), network && h("strong", {}, network)],
      [say(network ? "receipt.server" : "offer.to"), person(server.name, fingerprint(server.server_key))],
      [say("offer.as"), h("span", {}, h("strong", {}, roleName(claims.role)), h("br"), h("span", { class: "soft" }, network ? say(`role.${claims.role}`) : roleInWords(claims.role)))],
      [say("offer.until"), h("span", {}, timeWords(claims.expires, "until"), ", ", left(claims.maxUses, preview.uses))],
      [say("offer.members"), preview.members ? say("offer.members.n", { n: preview.members }) : say("offer.nobody")],
    ]),
    network && !keys && note("", say("offer.both", values)),
    visit.isKeyless && note("warn", say("offer.listed")),
    visit.serversWord && note("", say("offer.serverSays")),
    !invitation.expires && note("warn", say("offer.typed", { host: location.host })),
    form(say("offer.go"), go, [
      // Who has an account already has a name there.
      !(network && keys) && entry.box,
      h("div", { class: "hint" }, keys ? [say("offer.own"), " ", itself(keys), notMe()] : say("offer.keys")),
      failed,
    ]),
  );
  // While the invitation is being read there is time to fetch what accepting it takes.
  const idle = globalThis.requestIdleCallback ?? setTimeout;
  idle(() => void afterwards().catch(() => {}));
}

/** What nobody needs before the invitation is accepted: the making of keys, their backup, the redeem. */
async function afterwards() {
  const { accept, ready } = await import("/assets/invite/backup.js");
  await ready();
  return accept;
}

/** @param {number} most @param {number} used */
const left = (most, used) => (most === 0 ? say("offer.unlimited") : say("offer.left", { n: most - used }));

/** What a role is and what the core lets it do, in words. @param {import("/assets/door.js").Role} role */
function roleInWords(role) {
  const may = Object.entries(permissions).flatMap(([permission, words]) => (permits(role, permission) ? [words] : []));
  const all = may.length === Object.keys(permissions).length;
  const list = new Intl.ListFormat(language).format(may);
  return `${say(`role.${role}`)} ${all ? say("role.all") : say("role.may", { list })}`;
}
