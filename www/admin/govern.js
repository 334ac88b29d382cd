// What may be done to a person in a space, and the forms for it. Who may do what, the server says; here it is only asked for.
import { field, facts } from "/assets/shared/components.js";
import { h } from "/assets/shared/dom.js";
import { askFor, confirm, tidy } from "/assets/admin/parts.js";
import { ask, isServer, may, pathOf, session } from "/assets/admin/session.js";
import { tell, tellThere, there } from "/assets/admin/texts.js";
import { span, untilField } from "/assets/admin/until.js";

/** @typedef {import("/assets/admin/session.js").Account} Account */
/** @typedef {import("/assets/admin/session.js").Space} Space */
/** @typedef {import("/assets/admin/lang/en.js").Key} Key */
/** Somebody, or only a key. @typedef {{ key: string, handle: string, name: string }} Whom */

/**
 * Everything that may be done to a person, folded away; nothing if that is nothing.
 * @param {Space} space @param {Account} account @param {() => unknown} changed
 */
export function manage(space, account, changed) {
  const isMe = account.key === session().me.key;
  const can = (/** @type {string} */ permission) => may(permission, space);
  const whom = { key: account.key, handle: account.handle, name: `${account.handle} ${account.fingerprint}` };
  const member = `${pathOf(space)}/members/${account.key}`;
  /** @param {Key} what @param {() => void} onclick @param {string} [face] */
  const button = (what, onclick, face = "") => h("button", { class: `small ${face}`, onclick, "aria-label": `${tell(what)}: ${whom.name}` }, tell(what));
  /** One that asks first. @param {"promote" | "demote" | "kick" | "revoke" | "restore" | "delete"} what @param {string} method @param {string} path @param {object} [body] */
  const change = (what, method, path, body) => {
    const work = async () => (await ask(method, path, body), changed());
    return button(what, () => confirm(tell(`${what}.title`, whom), tellThere(space, `${what}.meaning`, { name: account.handle }), tell(what), work, { ofOther: true }));
  };
  // Roles are of members, and the owner's goes only with the space itself.
  const [step, role] = account.role === space.you.grants ? /** @type {const} */ (["demote", "member"]) : /** @type {const} */ (["promote", space.you.grants]);
  const isBelow = space.governed && account.role !== null && account.key !== space.owner;
  const { standing, banned } = account.details ?? {};
  const its = `/v1/accounts/${account.key}`;
  /** @type {[Key, (HTMLElement | false | undefined)[]][]} */
  const groups = [
    ["manage.role", [
      !isMe && isBelow && can("manage-roles") && change(step, "PATCH", member, { role }),
      isBelow && can("transfer") && button(there(space, "transfer"), () => handOver(space, whom, changed), "danger"),
    ]],
    ["manage.tags", [!!account.role && can("manage-tags") && button("tags", () => editTags(space, account, whom, changed))]],
    ["manage.door", [
      !isMe && !!account.role && can("kick") && change("kick", "POST", `${member}/kick`),
      !isMe && can("ban") && (banned && isServer(space) ? button("unban", () => liftBan(space, whom, changed)) : button("ban", () => ban(space, whom, changed))),
    ]],
    ["manage.account", isMe || !standing || !can("manage-accounts") ? [] : standing === "revoked" ? [change("restore", "POST", `${its}/restore`), change("delete", "DELETE", its)] : [change("revoke", "POST", `${its}/revoke`)]],
  ];
  const rows = groups.map(([title, buttons]) => /** @type {[string, HTMLElement | false]} */ ([tell(title), buttons.some(Boolean) && h("div", { class: "actions" }, ...buttons)]));
  return rows.some(([, buttons]) => buttons) && h("details", { class: "manage" }, h("summary", { "aria-label": tell("manage.label", whom) }, tell("manage")), facts(rows));
}

/** @param {Space} space @param {Whom} whom @param {() => unknown} changed */
function handOver(space, whom, changed) {
  const name = field(tell("transfer.type", whom), h("input", { autocomplete: "off", autocapitalize: "off", spellcheck: "false" }));
  const work = async () => {
    if (tidy(name.input.value) !== whom.handle) return name.complain(tell("transfer.wrong")), false;
    await ask("POST", `${pathOf(space)}/members/${whom.key}/transfer`);
    await changed();
  };
  askFor(tellThere(space, "transfer.title", whom), tellThere(space, "transfer.meaning", { name: whom.handle }), tell("transfer.do"), [name.box], work, { face: "danger", ofOther: true });
}

/** @param {Space} space @param {Account} account @param {Whom} whom @param {() => unknown} changed */
function editTags(space, { key, tags }, whom, changed) {
  const written = field(tell("tags.field"), h("input", { value: tags.join(", "), autocomplete: "off", autocapitalize: "off", spellcheck: "false" }), tell("tags.hint"));
  const work = async () => {
    const wanted = written.input.value.split(",").map(tidy).filter(Boolean);
    await ask("PATCH", `${pathOf(space)}/members/${key}`, { tags: wanted });
    await changed();
  };
  askFor(tell("tags.title", whom), tell("tags.lead"), tell("tags.do"), [written.box], work, { ofOther: true });
}

/** Bans somebody, or a key that is typed. @param {Space} space @param {Whom | null} whom @param {() => unknown} changed */
export function ban(space, whom, changed) {
  const key = keyField();
  const end = untilField(tell("ban.for"), [span.ever, span.day, span.week, span.own], span.ever);
  const reason = field(tell("ban.reason"), h("input", { maxlength: 120, autocomplete: "off" }), tell("ban.reason.hint"));
  const work = async () => {
    const [barred, until] = [whom?.key ?? key.read(), end.read()];
    if (!barred || !until) return false;
    await ask("PUT", `${pathOf(space)}/bans/${barred}`, { reason: tidy(reason.input.value), until });
    await changed();
  };
  const title = whom ? tell("ban.title", whom) : tell("ban.key.title");
  const lead = whom ? tell("ban.lead", { name: whom.handle }) : tell("ban.key.lead");
  askFor(title, lead, tell("ban"), [!whom && key.box, end.box, end.own, reason.box], work, { face: "danger", ofOther: true });
}

/** @param {Space} space @param {{ key: string, name: string }} whom @param {() => unknown} changed */
export function liftBan(space, { key, name }, changed) {
  const work = async () => (await ask("DELETE", `${pathOf(space)}/bans/${key}`), changed());
  confirm(tell("unban.title", { name }), tell("unban.meaning"), tell("unban"), work, { face: "main", ofOther: true });
}

/** Puts a typed key on the list of those that may join. @param {Space} space @param {() => unknown} changed */
export function allow(space, changed) {
  const key = keyField();
  const work = async () => {
    const listed = key.read();
    if (!listed) return false;
    await ask("PUT", `${pathOf(space)}/allowlist/${listed}`);
    await changed();
  };
  askFor(tell("allow"), tell("allow.lead"), tell("allow.do"), [key.box], work, { ofOther: true });
}

/** @param {Space} space @param {{ key: string, name: string }} whom @param {() => unknown} changed */
export function disallow(space, { key, name }, changed) {
  const work = async () => (await ask("DELETE", `${pathOf(space)}/allowlist/${key}`), changed());
  confirm(tell("disallow.title", { name }), tell("disallow.meaning"), tell("disallow"), work, { ofOther: true });
}

/** For a key. Whether it is one, the server says; nothing at all would be the address of something else. */
function keyField() {
  const { box, input, complain } = field(tell("key.field"), h("input", { class: "mono", autocomplete: "off", autocapitalize: "off", spellcheck: "false" }), tell("key.hint"));
  const read = () => encodeURIComponent(tidy(input.value)) || void complain(tell("key.none"));
  return { box, read };
}
