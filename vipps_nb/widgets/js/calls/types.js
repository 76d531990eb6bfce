/**
 * What the kernel tells the calls panel, and what goes back. See vipps_nb/notebook/calls_panel.
 *
 * @typedef {import("../shared/words.js").Tone} Tone
 *
 * @typedef {object} Row   A line of the list. What is empty stays away.
 * @property {string} key
 * @property {number} number       Its session's own.
 * @property {number} at           Milliseconds since the epoch.
 * @property {string} time         With its zone.
 * @property {string} method
 * @property {string} path
 * @property {string} title
 * @property {string} api
 * @property {number} status       0 where no answer came.
 * @property {Tone} tone
 * @property {number} ms
 * @property {string} environment
 * @property {number} tries        How many went before.
 * @property {string} [about]      The payment, agreement or whatever it names.
 * @property {string} [money]
 * @property {string} [failure]    The kind of error where no answer came.
 *
 * @typedef {{ environment: string, msn: string }} Place   Where a call would go; none while nobody is logged in.
 *
 * @typedef {"object" | "array" | "text" | "word" | "cut"} NodeKind
 * @typedef {[depth: number, name: string | number | null, kind: NodeKind, text: string, remark: string | null]} TreeNode
 *
 * @typedef {{ nodes?: TreeNode[], note?: string }} Body
 *
 * @typedef {Body & { url: string, headers: [string, string][], received: [string, string][], left_out?: string }} Request
 *
 * @typedef {{ about: string, html?: string, words?: string }} Explained
 *
 * @typedef {{ name: string, words: string, ms: number, why: string }} TimePart
 * @typedef {{ total: number, parts: TimePart[], tries?: string[], unknown: string[] }} Times
 *
 * @typedef {{ texts: Record<string, string>, cells: string[], note: string }} CodeTexts
 *
 * @typedef {{ not?: string, reads?: boolean, same?: string, new?: string }} Again   What sending it again would do.
 *
 * @typedef {object} Details
 * @property {string} key
 * @property {string} title
 * @property {string} target
 * @property {string} outcome
 * @property {Tone} tone
 * @property {string} environment
 * @property {string} moment
 * @property {string} held         What the sandbox's clock said, if it was held.
 * @property {[string, string][]} facts
 * @property {Body} answer
 * @property {Request} request
 * @property {Explained} explained
 * @property {Times} time
 * @property {CodeTexts} code
 * @property {Again} again
 *
 * @typedef {{ path: string, kind: "added" | "removed" | "changed", before: string, after: string }} Difference
 * @typedef {{ number: number, outcome: string, tone: Tone }} Side
 *
 * @typedef {object} Compared
 * @property {Side} before
 * @property {Side} after
 * @property {Difference[]} answers
 * @property {Difference[]} requests
 * @property {string} unknown
 *
 * @typedef {{ all: Row[], place: Place | null, mark: string, model: string, refused?: undefined }} All
 * @typedef {{ rows: Row[], place: Place | null }} News   Comes by itself.
 * @typedef {{ refused: string }} Refusal
 *
 * @typedef {[{ ask: "rows" }, All | Refusal]
 *   | [{ ask: "details", call: string }, { details: Details, refused?: undefined } | Refusal]
 *   | [{ ask: "compare", call: string, with: string }, { compared: Compared, refused?: undefined } | Refusal]
 *   | [{ ask: "edit", call: string }, { explorer: string, refused?: undefined } | Refusal]
 *   | [{ do: "again", call: string, new: boolean }, { sent: string, say: string, refused?: undefined } | Refusal]
 * } Exchange
 */
