// What may be done to a person here, and the forms for it. Who may do what, the core says; here it is only asked for.
import { field, facts } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { askFor, confirm, tidy } from "/assets/admin/parts.js";
import { ask, may, place, session } from "/assets/admin/session.js";
import { tell } from "/assets/admin/texts.js";
import { span, untilField } from "/assets/admin/until.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */
/** @typedef {import("/assets/admin/lang/en.js").Key} Key */
/** Somebody, or only a key. @typedef {{ key: string, handle: string, name: string }} Whom */

/** How a role is given to whoever has another. @type {Record<string, ["promote" | "demote", string]>} */
const given = { member: ["promote", "admin"], admin: ["demote", "member"] };

/**
 * Everything that may be done to a person, folded away; nothing if that is nothing.
 * @param {Account} account @param {() => unknown} changed
 */
export function manage(account, changed) {
  const isMe = account.key === session().me.key;
  const whom = { key: account.key, handle: account.handle, name: `${account.handle} ${account.fingerprint}` };
  const member = `${place}/members/${account.key}`;
  /** @param {Key} what @param {() => void} onclick @param {string} [face] */
  const button = (what, onclick, face = "") => h("button", { class: `small ${face}`, onclick, "aria-label": `${tell(what)}: ${whom.name}` }, tell(what));
  /** One that asks first. @param {"promote" | "demote" | "kick" | "revoke" | "restore" | "delete"} what @param {string} method @param {string} path @param {object} [body] */
  const change = (what, method, path, body) => {
    const work = async () => (await ask(method, path, body), changed());
    return button(what, () => confirm(tell(`${what}.title`, whom), tell(`${what}.meaning`, { name: account.handle }), tell(what), work, { ofOther: true }));
  };
  const [step, role] = given[account.role ?? ""] ?? [];
  const { standing, banned } = account.details ?? {};
  const its = `/v1/accounts/${account.key}`;
  /** @type {[Key, (HTMLElement | false | undefined)[]][]} */
  const groups = [
    ["manage.role", [
      !isMe && step && may("manage-roles") && change(step, "PATCH", member, { role }),
      !isMe && step && may("transfer") && button("transfer", () => handOver(whom, changed), "danger"),
    ]],
    ["manage.tags", [!!account.role && may("manage-tags") && button("tags", () => editTags(account, whom, changed))]],
    ["manage.door", [
      !isMe && !!account.role && may("kick") && change("kick", "POST", `${member}/kick`),
      !isMe && may("ban") && (banned ? button("unban", () => liftBan(whom, changed)) : button("ban", () => ban(whom, changed))),
    ]],
    ["manage.account", isMe || !standing || !may("manage-accounts") ? [] : standing === "revoked" ? [change("restore", "POST", `${its}/restore`), change("delete", "DELETE", its)] : [change("revoke", "POST", `${its}/revoke`)]],
  ];
  const rows = groups.map(([title, buttons]) => /** @type {[string, HTMLElement | false]} */ ([tell(title), buttons.some(Boolean) && h("div", { class: "actions" }, ...buttons)]));
  return rows.some(([, buttons]) => buttons) && h("details", { class: "manage" }, h("summary", { "aria-label": tell("manage.label", whom) }, tell("manage")), facts(rows));
}

/** @param {Whom} whom @param {() => unknown} changed */
function handOver(whom, changed) {
  const name = field(tell("transfer.type", whom), h("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false" }));
  const work = async () => {
    if (tidy(name.input.value) !== whom.handle) return name.complain(tell("transfer.wrong")), false;
    await ask("POST", `${place}/members/${whom.key}/transfer`);
    await changed();
  };
  askFor(tell("transfer.title", whom), tell("transfer.meaning", { name: whom.handle }), tell("transfer.do"), [name.box], work, { face: "danger", ofOther: true });
}

/** @param {Account} account @param {Whom} whom @param {() => unknown} changed */
function editTags({ key, tags }, whom, changed) {
  const written = field(tell("tags.field"), h("input", { value: tags.join(", "), autocomplete: "off", autocapitalize: "off", spellcheck: "false" }), tell("tags.hint"));
  const work = async () => {
    const wanted = written.input.value.split(",").map(tidy).filter(Boolean);
    await ask("PATCH", `${place}/members/${key}`, { tags: wanted });
    await changed();
  };
  askFor(tell("tags.title", whom), tell("tags.lead"), tell("tags.do"), [written.box], work, { ofOther: true });
}

/** Bans somebody, or a key that is typed. @param {Whom | null} whom @param {() => unknown} changed */
export function ban(whom, changed) {
  const key = keyField();
  const end = untilField(tell("ban.for"), [span.ever, span.day, span.week, span.own], span.ever);
  const reason = field(tell("ban.reason"), h("input", { maxlength: 120, autocomplete: "off" }), tell("ban.reason.hint"));
  const work = async () => {
    const [barred, until] = [whom?.key ?? key.read(), end.read()];
    if (!barred || !until) return false;
    await ask("PUT", `${place}/bans/${barred}`, { reason: tidy(reason.input.value), until });
    await changed();
  };
  const title = whom ? tell("ban.title", whom) : tell("ban.key.title");
  const lead = whom ? tell("ban.lead", { name: whom.handle }) : tell("ban.key.lead");
  askFor(title, lead, tell("ban"), [!whom && key.box, end.box, end.own, reason.box], work, { face: "danger", ofOther: true });
}

/** @param {{ key: string, name: string }} whom @param {() => unknown} changed */
export function liftBan({ key, name }, changed) {
  const work = async () => (await ask("DELETE", `${place}/bans/${key}`), changed());
  confirm(tell("unban.title", { name }), tell("unban.meaning"), tell("unban"), work, { face: "main", ofOther: true });
}

/** Puts a typed key on the list of those that may join. @param {() => unknown} changed */
export function allow(changed) {
  const key = keyField();
  const work = async () => {
    const listed = key.read();
    if (!listed) return false;
    await ask("PUT", `${place}/allowlist/${listed}`);
    await changed();
  };
  askFor(tell("allow"), tell("allow.lead"), tell("allow.do"), [key.box], work, { ofOther: true });
}

/** @param {{ key: string, name: string }} whom @param {() => unknown} changed */
export function disallow({ key, name }, changed) {
  const work = async () => (await ask("DELETE", `${place}/allowlist/${key}`), changed());
  confirm(tell("disallow.title", { name }), tell("disallow.meaning"), tell("disallow"), work, { ofOther: true });
}

/** For a key. Whether it is one, the server says; nothing at all would be the address of something else. */
function keyField() {
  const { box, input, complain } = field(tell("key.field"), h("input", { class: "mono", autocomplete: "off", autocapitalize: "off", spellcheck: "false" }), tell("key.hint"));
  const read = () => encodeURIComponent(tidy(input.value)) || void complain(tell("key.none"));
  return { box, read };
}
