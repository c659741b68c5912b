"use strict";
const { Refusal } = require("./arguments.js");

/** The parts of `1557429385_v0.01`; undefined of anything else. */
function parse(tag) {
  const match = /^(\d{1,12})_v(\d+)\.(\d+)$/.exec(tag);
  return match ? { tag, exported: Number(match[1]), major: Number(match[2]), minor: Number(match[3]) } : undefined;
}

const format = (exported, major, minor) => `${exported}_v${major}.${String(minor).padStart(2, "0")}`;

const order = (one, other) => one.major - other.major || one.minor - other.minor || one.exported - other.exported;

/** The newest of the tags that are versions; undefined if none is. */
const latest = tags => tags.map(parse).filter(Boolean).sort(order).at(-1);

/**
 * The tag after all there are: the next minor number, or the next major one, at the checkpoint's time of export.
 * @param {string[]} tags what the registry has
 * @param {number} exported Unix time, seconds
 */
function next(tags, exported, { major = false, older = false } = {}) {
  const last = latest(tags);
  if (!last) return format(exported, major ? 1 : 0, major ? 0 : 1);
  if (exported < last.exported && !older) {
    throw new Refusal(`the checkpoint was exported at ${exported}, before the latest tag ${last.tag}; --older allows it`);
  }
  return major ? format(exported, last.major + 1, 0) : format(exported, last.major, last.minor + 1);
}

module.exports = { parse, latest, next };
