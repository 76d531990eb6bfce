/**
 * What the kernel tells the explorer, and what goes back. See vipps_nb/explorer.py, and vipps_nb/forms.py for shapes.
 *
 * @typedef {object} Operation   A line of the list.
 * @property {string} api
 * @property {string} method
 * @property {string} path
 * @property {string} purpose
 * @property {string[]} marks    "deprecated", "not in test"
 * @property {string} [tasks]    What people want to do with it, to be searched in and not shown.
 *
 * @typedef {null | boolean | number | string | Json[] | { [name: string]: Json }} Json
 * @typedef {(string | number)[]} Path   From the body's root: names of fields and positions in lists.
 *
 * @typedef {object} Limits
 * @property {string} [description]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minLength]
 * @property {number} [maxLength]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {string} [format]
 * @property {boolean} [money]    In minor units.
 * @property {boolean} [secret]
 * @property {Json} [start]       A good value; every shape that has no shapes inside has one.
 *
 * @typedef {{ name: string, required: boolean, shape: Shape }} ObjectField
 * @typedef {Limits & { kind: "object", fields: ObjectField[] }} ObjectShape
 * @typedef {Limits & { kind: "array", item: Shape }} ArrayShape
 * @typedef {Limits & { kind: "choice", options: { label: string, shape: Shape }[] }} ChoiceShape
 * @typedef {Limits & { kind: "enum", values: Json[] }} EnumShape
 * @typedef {Limits & { kind: "text" | "integer" | "number" | "boolean" | "json" }} PlainShape
 * @typedef {ObjectShape | ArrayShape | ChoiceShape | EnumShape | PlainShape} Shape
 *
 * @typedef {object} Parameter
 * @property {string} name
 * @property {"path" | "query" | "header"} place
 * @property {boolean} required
 * @property {string} purpose
 * @property {Shape} shape
 * @property {string} value
 * @property {string[]} suggestions
 *
 * @typedef {{ required: boolean, shape: Shape, value: Json }} FormBody
 *
 * @typedef {object} Form
 * @property {string} method
 * @property {string} path
 * @property {string} purpose
 * @property {string | null} page   The official page about it.
 * @property {Parameter[]} parameters
 * @property {FormBody | null} body
 * @property {Place | null} place
 *
 * @typedef {{ environment: string, msn: string }} Place   Where a call would go; none while nobody is logged in.
 * @typedef {{ at: string, reason: string }} Fault         At a JSON pointer, or at "path/name" and the like.
 *
 * @typedef {object} Filled
 * @property {Record<string, string>} parameters   By "path/name" and the like.
 * @property {Json | undefined} body               Undefined where none is sent.
 *
 * @typedef {object} Values   What is filled in, as it travels; secrets are dots unless it is sent.
 * @property {Record<string, string>} parameters
 * @property {string | null} body   JSON
 *
 * @typedef {object} Judgement
 * @property {Fault[]} faults
 * @property {Record<string, string>} code   By language.
 * @property {string[]} cells                The languages in which the code runs as a cell.
 * @property {string} [no_code]              Why there is none.
 * @property {UsedVariable[]} variables
 * @property {Place | null} place
 * @property {undefined} [refused]
 *
 * @typedef {{ name: string, value: string, missing: boolean }} UsedVariable   Its value shortened, secrets as dots.
 *
 * @typedef {object} Answer
 * @property {string} answer   HTML of the kernel's own.
 * @property {string} status
 * @property {string} tone
 * @property {undefined} [refused]
 *
 * @typedef {{ refused: string, faults?: Fault[], place?: Place | null }} Refusal
 *
 * @typedef {{ ask: "form", operation: number }} FormQuestion
 * @typedef {{ ask: "judge", operation: number, values: Values }} JudgeQuestion
 * @typedef {{ do: "send", operation: number, values: Values & { force: boolean, allow: boolean } }} SendOrder
 * @typedef {[FormQuestion, { form: Form, model: string, refused?: undefined } | Refusal]
 *   | [JudgeQuestion, Judgement | Refusal]
 *   | [SendOrder, Answer | Refusal]} Exchange
 *
 * @typedef {object} Traits
 * @property {Operation[]} operations
 * @property {string} subject   Whose operations they are.
 * @property {string} query     What stands in the search field at the start.
 * @property {number} chosen    The operation that is open at the start; -1 for none.
 * @property {number[]} recent  The operations that were called last, by their places in the list.
 * @property {Place | null} place
 */
