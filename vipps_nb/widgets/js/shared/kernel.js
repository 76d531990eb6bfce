/**
 * How a widget talks with its kernel. In a saved notebook there is nobody to talk to, and a kernel that computes
 * answers late: both are noticed by the missing answer, and the widget says so in words.
 */

/** A kernel that is alive and free answers in milliseconds; after this long the person deserves a word. */
export const PATIENCE = 3000;

export const SILENCE = "waiting for the kernel: a cell is running, or it is gone";

export const GONE = "the kernel is gone: run this cell again";

/**
 * What of a model is needed for talking; it is anywidget's.
 * @typedef {object} Line
 * @property {(content: object) => void} send
 * @property {(event: string, hear: (content: Reply) => void) => void} on
 * @property {(event: string, hear: (content: Reply) => void) => void} off
 */

/**
 * A message from the kernel, which names the question that it answers. `heard` only says that the answer will come.
 * @typedef {{ heard?: number, did?: number, alive?: number, id?: number }} Reply
 */

/**
 * What is answered to a question, of all that may be asked and answered.
 * @template {[object, object]} Exchange   Questions with their answers.
 * @template Question
 * @typedef {Exchange extends [infer Asked, infer Said] ? (Question extends Asked ? Said : never) : never} AnswerTo
 */

/**
 * @template {[object, object]} Exchange
 * @typedef {object} Conversation
 * @property {<Question extends Exchange[0]>(q: Question, hear: (said: AnswerTo<Exchange, Question>) => void) => number} ask
 *   Gives the question's number.
 * @property {(number?: number) => void} forget   That question, or all, will be answered in vain.
 * @property {() => void} stop
 */

/**
 * Sends, and is quiet where that fails: what follows is the same as when nobody answers.
 * @param {Pick<Line, "send">} model
 * @param {object} content
 */
export function deliver(model, content) {
  try {
    model.send(content);
  } catch {
    // The missing answer is noticed, whatever the reason for it was.
  }
}

/**
 * Questions and orders with their answers.
 * @template {[object, object]} Exchange
 * @param {Line} model
 * @param {(silent: boolean, open: number) => void} notice   Told when the kernel falls silent, and when it is heard
 *   again; and how many questions are still open then.
 * @returns {Conversation<Exchange>}
 */
export function conversation(model, notice) {
  // Every view of this model hears every answer; a random start keeps their questions apart.
  let id = Math.floor(Math.random() * 2 ** 40) * 2 ** 8;
  /** @type {Map<number, { hear: (said: never) => void, timer: ReturnType<typeof setTimeout> }>} */
  const open = new Map();

  /** @param {Reply} content */
  function hear(content) {
    const key = content?.heard ?? content?.did ?? content?.alive ?? content?.id ?? -1;
    const asked = open.get(key);
    if (!asked) return;
    clearTimeout(asked.timer);
    if (content.heard === undefined) open.delete(key);
    notice(false, open.size);
    // The kernel answers what it was asked; of what kind that is, only who asked knows.
    if (content.heard === undefined) asked.hear(/** @type {never} */ (content));
  }

  /** @param {number} [number] */
  function forget(number) {
    for (const each of number === undefined ? [...open.keys()] : [number]) {
      clearTimeout(open.get(each)?.timer);
      open.delete(each);
    }
  }

  model.on("msg:custom", hear);
  return {
    ask: (question, then) => {
      id += 1;
      open.set(id, { hear: then, timer: setTimeout(() => notice(true, open.size), PATIENCE) });
      deliver(model, { ...question, id });
      return id;
    },
    forget,
    stop: () => {
      forget();
      model.off("msg:custom", hear);
    },
  };
}

/**
 * Listens to what changes in a model.
 * @param {{ on: (event: string, hear: () => void) => void, off: (event: string, hear: () => void) => void }} model
 * @param {Record<string, () => void>} listeners   By event, such as `change:state`.
 * @returns {() => void} Stops.
 */
export function follow(model, listeners) {
  const all = Object.entries(listeners);
  for (const [event, hear] of all) model.on(event, hear);
  return () => {
    for (const [event, hear] of all) model.off(event, hear);
  };
}

/** What JupyterLab calls a kernel that has lost its memory, and with it the other half of a widget. */
const LOST = ["dead", "terminating", "restarting", "autorestarting"];

/**
 * @template Value
 * @typedef {(sender: unknown, value: Value) => void} Hear
 */

/**
 * @template Value
 * @typedef {{ connect: (hear: Hear<Value>) => void, disconnect: (hear: Hear<Value>) => void }} Signal
 */

/**
 * What JupyterLab and Notebook 7 tell of the kernel beside a document.
 * @typedef {object} Session
 * @property {Signal<string>} statusChanged
 * @property {Signal<string>} connectionStatusChanged
 * @property {Signal<{ oldValue: unknown }>} kernelChanged
 */

/**
 * Hears, where the host tells it, that a widget's kernel is lost, or was out of reach.
 * @param {object} model
 * @param {(lost: boolean) => void} tell
 * @returns {() => void} Stops.
 */
export function watchKernel(model, tell) {
  const { widget_manager: manager } = /** @type {{ widget_manager?: { context?: { sessionContext?: Session } } }} */ (
    model
  );
  const session = manager?.context?.sessionContext;
  if (!session?.statusChanged || !session.kernelChanged || !session.connectionStatusChanged) return () => {};
  /** @type {Hear<string>} */
  const status = (_, now) => LOST.includes(now) && tell(true);
  /** @type {Hear<{ oldValue: unknown }>} */
  const change = (_, { oldValue }) => oldValue && tell(true);
  const reach = () => tell(false);
  session.statusChanged.connect(status);
  session.kernelChanged.connect(change);
  session.connectionStatusChanged.connect(reach);
  return () => {
    session.statusChanged.disconnect(status);
    session.kernelChanged.disconnect(change);
    session.connectionStatusChanged.disconnect(reach);
  };
}

/**
 * Notices by itself what becomes of the kernel: each widget that talks with one does so here.
 * @param {Parameters<typeof follow>[0]} model
 * @param {() => void} again   The kernel is there, or there again: ask what was to be asked.
 * @param {() => void} lost    It will never answer this widget again. Told once.
 * @returns {() => void} Stops.
 */
export function stayInTouch(model, again, lost) {
  let gone = false;
  // ipywidgets' own event: the kernel has gone or come back.
  const unfollow = follow(model, { comm_live_update: () => gone || again() });
  const unwatch = watchKernel(model, (now) => {
    if (gone) return;
    gone = now;
    if (now) lost();
    else again();
  });
  return () => {
    unfollow();
    unwatch();
  };
}

/**
 * One listener for the changes of several traits.
 * @param {string[]} traits
 * @param {() => void} hear
 */
export function changesOf(traits, hear) {
  return Object.fromEntries(traits.map((name) => [`change:${name}`, hear]));
}
