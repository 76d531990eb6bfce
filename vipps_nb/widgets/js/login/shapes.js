/**
 * Whether what is typed can be a key, said while it is typed. It is judged here in the page, and sent nowhere for it;
 * no sentence holds any of it. The kernel judges once more, and it is stricter (vipps_nb/auth/credentials.py); both are
 * held to the rows of tests/widgets_js/shapes.json.
 */

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const HEX_KEY = /^[0-9a-f]{32}$/i;
const QUOTES = /["'`“”‘’„«»]/;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]|[^\P{Z} ]/u;
const BEGINS_FOREIGN =
  /^(?:(?:sk|pk|rk)_(?:test|live)_|whsec_|(?:AKIA|ASIA)[0-9A-Z]{16}$|gh[oprsu]_|github_pat_|xox[a-z]-|eyJ[\w-]{8,}|-----BEGIN)/;
const PLACEHOLDER =
  /^(?:(?:your|my|insert|enter|paste|change)[ _-]?.*|<.*>|\{\{.*\}\}|\$\{?\w+\}?|x{4,}|\.{3}|…|todo|replace.*|(?:client|subscription)[ _-]?(?:id|secret|key)|[0-]+|a+=*)$/i;
const SWAPPED = "are two values swapped?";

/**
 * @param {string} name   Of the field.
 * @param {string} bare
 */
function misplaced(name, bare) {
  if (name === "merchant_serial_number") {
    return /^\d+$/.test(bare) ? "" : "must be digits only, like 123456: it is the sales unit's number, not a key.";
  }
  if (name === "client_id") {
    if (HEX_KEY.test(bare)) return `looks like a subscription key (32 hexadecimal digits): ${SWAPPED}`;
    return /[+/]|=$/.test(bare) ? `looks like a client secret: ${SWAPPED} A client ID is a GUID.` : "";
  }
  if (GUID.test(bare)) return `is a GUID, and a GUID is a client ID: ${SWAPPED}`;
  if (name === "client_secret" && HEX_KEY.test(bare)) {
    return `looks like a subscription key (32 hexadecimal digits): ${SWAPPED}`;
  }
  if (name === "subscription_key" && bare.endsWith("=")) {
    return `looks like a client secret: ${SWAPPED} A subscription key is 32 hexadecimal digits.`;
  }
  return "";
}

/**
 * What cannot be right about a text; empty where it may be a key, or the beginning of one.
 * @param {string} name   Of the field.
 * @param {string} text
 * @param {boolean} done  Whether whoever types has left the field: before, a key may still be in the making.
 */
export function shapeFault(name, text, done) {
  const bare = text.trim();
  if (!bare) return "";
  if (UNSEEN.test(bare)) return "This has a character in it which one does not see: copy it from another place.";
  if (bare.includes(" ")) return "This has blanks in it: keys contain none.";
  if (QUOTES.test(bare)) return "This has quotes in it: write the bare value.";
  if (done && PLACEHOLDER.test(bare)) return "This is still a placeholder: put your own value there.";
  if (BEGINS_FOREIGN.test(bare)) return "This is a key of another service: that belongs elsewhere.";
  if (/[^ -~]/.test(bare)) return "This has a letter in it that no key has. Copy it again.";
  const words = misplaced(name, bare);
  return words && `This ${words}`;
}
