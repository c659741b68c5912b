// Text for HTML.
const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" };

export const escaped = text => text.replace(/[&<>"]/g, character => entities[character]);

/** A sentence of a row, whose links are all that it has of Markdown. */
export const sentence = markdown => escaped(markdown).replace(/\[([^\]]+)\]\(([^)]+)\)/g, "<a href=\"$2\">$1</a>");
