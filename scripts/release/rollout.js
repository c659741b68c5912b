"use strict";
// What a roll-out does to the versions of a model in the chart's values. Pure: takes versions, returns the changed ones.
const { Refusal } = require("./arguments.js");

const has = (version, label) => (version?.labels ?? []).includes(label);
const labelled = (versions, label) => Object.keys(versions).find(name => has(versions[name], label));

/** Who answers requests that pin nothing: the version labelled stable, or the one alone. */
function stableOf(versions) {
  const names = Object.keys(versions);
  const stable = labelled(versions, "stable") ?? (names.length === 1 ? names[0] : undefined);
  if (stable === undefined) throw new Refusal(`none of ${names.join(", ")} is labelled stable; label one in the values first`);
  return stable;
}

/** The labels that are the team's own; clients call by them. */
const others = version => (version.labels ?? []).filter(label => !["stable", "canary", "previous"].includes(label));

const withRole = (version, weight, role, labels = others(version)) => ({ ...version, weight, labels: [role, ...labels] });

/** Moves all requests, and the team's labels, from one version to the other. */
const moved = (versions, from, to) => ({
  ...versions,
  [from]: withRole(versions[from], 0, "previous", []),
  [to]: withRole(versions[to], 100, "stable", [...new Set([...others(versions[from]), ...others(versions[to])])]),
});

/** A version like the stable one, from another image or address. */
function entryFor(tag, stableName, stable, source) {
  const { image, modelUri, shadow, labels, ...knobs } = stable;
  if (source.image || source.modelUri) return { ...knobs, ...source };
  const renamed = Object.fromEntries(Object.entries({ image, modelUri })
    .filter(([, value]) => value?.includes(stableName)).map(([name, value]) => [name, value.replaceAll(stableName, tag)]));
  if (Object.keys(renamed).length === 0) {
    throw new Refusal(`${image ?? modelUri} of ${stableName} does not have its tag in it, so that of ${tag} can't be told; give --image or --model-uri`);
  }
  return { ...knobs, ...renamed };
}

/** Gives `tag` a share of the requests, and takes it from the stable version. */
function canary(versions, tag, share, source = {}) {
  const stable = stableOf(versions);
  if (stable === tag) throw new Refusal(`${tag} is the stable version already`);
  const other = labelled(versions, "canary");
  if (other && other !== tag) throw new Refusal(`${other} is the canary; promote it or roll it back first`);
  const entry = versions[tag] ?? entryFor(tag, stable, versions[stable], source);
  return { ...versions, [stable]: withRole(versions[stable], 100 - share, "stable"), [tag]: withRole(entry, share, "canary") };
}

/** Gives `tag` all requests. The version before stays, without any, so that the way back takes a second; the one before that goes. */
function promote(versions, tag) {
  if (!versions[tag]) throw new Refusal(`${tag} is not rolled out; there are ${Object.keys(versions).join(", ")}`);
  const stable = stableOf(versions);
  if (stable === tag) throw new Refusal(`${tag} is the stable version already`);
  const rest = Object.fromEntries(Object.entries(versions).filter(([name, version]) => name === tag || name === stable || !has(version, "previous")));
  return moved(rest, stable, tag);
}

/** Takes the canary away; without one, goes back to the version before. */
function rollback(versions, tag) {
  const stable = stableOf(versions);
  const canaryName = labelled(versions, "canary");
  if (canaryName) {
    if (tag && tag !== canaryName) throw new Refusal(`${tag} can't be rolled back: the canary is ${canaryName}`);
    const { [canaryName]: _, ...rest } = versions;
    return { ...rest, [stable]: withRole(versions[stable], 100, "stable") };
  }
  if (tag && tag !== stable) throw new Refusal(`${tag} can't be rolled back: the stable version is ${stable}`);
  const previous = labelled(versions, "previous");
  if (!previous) throw new Refusal(`there is no version before ${stable} in the release; roll an older tag out, its image is still there`);
  return moved(versions, stable, previous);
}

/**
 * The states that a roll-out passes through, each of which is ready before the next begins: a version answers nobody until it
 * can, and goes only when it is asked no more.
 */
function steps(versions, { tag, share, action, source }) {
  switch (action) {
    case "canary": return [canary(versions, tag, share, source)];
    case "promote": return [promote(versions, tag)];
    case "rollback": return [rollback(versions, tag)];
    default: {
      const waiting = has(versions[tag], "canary") || has(versions[tag], "previous") ? versions : canary(versions, tag, 0, source);
      return [...(waiting === versions ? [] : [waiting]), promote(waiting, tag)];
    }
  }
}

module.exports = { steps, stableOf };
