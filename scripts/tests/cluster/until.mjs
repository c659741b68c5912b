// Waiting for conditions.
import { setTimeout as pause } from "node:timers/promises";

/**
 * Looks until it holds. What it throws counts as "not yet", and is told if it never holds; unless the error is `final`.
 * @template T
 * @param {string} what the condition, for the message
 * @param {() => T | Promise<T>} holds whose first true value is returned
 * @param {number} patience milliseconds
 */
export async function until(what, holds, patience = 600_000) {
  const end = performance.now() + patience;
  let last;
  while (performance.now() < end) {
    try {
      const found = await holds();
      if (found) return found;
      last = undefined;
    } catch (error) {
      if (error.final) throw error;
      last = error;
    }
    await pause(200);
  }
  throw new Error(`after ${patience / 1000} s still not: ${what}${last ? `: ${last.message}` : ""}`);
}
