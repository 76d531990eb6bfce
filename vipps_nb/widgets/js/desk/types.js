/**
 * What the kernel tells the desk. Moments are milliseconds.
 *
 * @typedef {object} Waiting   Something the customer can decide now.
 * @property {number} request
 * @property {string} kind     "payment", "agreement", "login", …
 * @property {string | null} value
 * @property {string} msn
 * @property {string} merchant
 * @property {string | null} price
 * @property {string} text
 * @property {string[]} details
 * @property {{ id: string, label: string, chosen: boolean }[]} choices
 * @property {string} legend   What the choice is about.
 * @property {number} since    By the sandbox's clock.
 * @property {number} expires  0 where nobody knows.
 *
 * @typedef {object} Row       A line of the request log.
 * @property {number} number
 * @property {string} time
 * @property {string} method
 * @property {string} path
 * @property {number | null} status
 * @property {number} ms
 * @property {number} [tolerated]   How much of it no document has.
 * @property {string} dropped  "before" or "after" the request acted; empty where it was answered.
 * @property {string} [by]     "doctor" for what the doctor has asked; hidden unless wanted.
 *
 * @typedef {object} Entry     What was asked and answered, secrets masked.
 * @property {string[] | null} [tolerated]
 * @property {unknown} [headers]
 * @property {unknown} [body]
 * @property {unknown} [response]
 *
 * @typedef {object} Faults
 * @property {string} [preset]   A name of the desk's, or "own".
 * @property {number} [rate]
 * @property {number} [rules]
 *
 * @typedef {object} Clock     A clock that runs is told by how far it is ahead of the kernel's.
 * @property {boolean} [held]
 * @property {number} [now]
 * @property {number} [ahead]
 *
 * @typedef {object} Traits
 * @property {Clock} clock
 * @property {import("../shared/time.js").Zone} zone   In which moments are told.
 * @property {Waiting[]} waiting   Newest first.
 * @property {Faults} faults
 * @property {number} seed
 * @property {boolean} strict
 * @property {string} world        What is in it, in words.
 * @property {Row[]} rows          The end of the request log, oldest first.
 * @property {number} total
 * @property {"live" | "lost" | "stopped"} state
 * @property {string} message
 *
 * @typedef {{ do: "approve" | "abort" | "ignore", request: number, choice?: string }
 *   | { do: "hold" | "release" | "next" }
 *   | { do: "advance", seconds: number }
 *   | { do: "faults", preset: string, rate: number }
 *   | { do: "strict", on: boolean }
 *   | { do: "reset", seed: number }} Order
 *
 * @typedef {{ say: string, well: boolean }} Outcome   What came of an order, in a sentence.
 *
 * @typedef {[Order, Outcome] | [{ look: number }, { entry: Entry | null }] | [{ ask: "time" }, { time: number }]
 *   | [{ ask: "pages" }, { pages: Pages }]} Exchange
 *
 * @typedef {object} Pages     How a browser gets to the sandbox's pages; in no state, for it is an address.
 * @property {string} [base]   What their addresses begin with: whole, or a path of the notebook's own host.
 * @property {string} [words]  Why it is that way, or why there is none.
 */
