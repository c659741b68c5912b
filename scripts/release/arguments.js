"use strict";

/** A mistake of the caller's, or of what was found: one line on standard error, and the exit code. */
class Refusal extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads `--name value`, `--flag` and plain words.
 * @param {string[]} words the command line
 * @param {{plain: string[], values: string[], flags: string[]}} known what there may be; names of plain words in their order
 */
function read(words, known) {
  const found = {};
  const plain = [...known.plain];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    const name = word.replace(/^--/, "");
    if (!word.startsWith("--")) {
      if (plain.length === 0) throw new Refusal(`there is one word too many: '${word}'`, 2);
      found[plain.shift()] = word;
    } else if (known.flags.includes(name)) {
      found[name] = true;
    } else if (known.values.includes(name)) {
      if (index + 1 === words.length) throw new Refusal(`${word} needs a value`, 2);
      found[name] = words[++index];
    } else {
      throw new Refusal(`unknown option '${word}'; known: ${[...known.values, ...known.flags].map(option => `--${option}`).join(", ")}`, 2);
    }
  }
  return found;
}

/** Runs a script's `main`, and ends with its refusal. The comment at the script's top is its help. */
async function run(file, main) {
  const script = require("node:path").basename(file);
  try {
    const words = process.argv.slice(2);
    if (words.includes("-h") || words.includes("--help")) {
      const comment = require("node:fs").readFileSync(file, "utf8").split("\n").slice(1);
      console.log(comment.slice(0, comment.findIndex(line => !line.startsWith("//"))).map(line => line.replace(/^\/\/ ?/, "")).join("\n"));
      return;
    }
    await main(words);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`${script}: ${error.message}`);
    process.exitCode = error.code;
  }
}

module.exports = { Refusal, read, run };
