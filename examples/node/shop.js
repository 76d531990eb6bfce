// A shop that takes payments, with nothing but fetch. Address and keys come from its environment.

/** @param {Record<string, string | undefined>} env Such as process.env. */
export function createShop(env) {
  const address = env.VIPPS_BASE_URL;
  const keys = {
    "Ocp-Apim-Subscription-Key": env.VIPPS_SUBSCRIPTION_KEY ?? "",
    "Merchant-Serial-Number": env.VIPPS_MSN ?? "",
  };
  /** @type {Promise<string> | undefined} */
  let token;

  async function fetchToken() {
    const secrets = { client_id: env.VIPPS_CLIENT_ID ?? "", client_secret: env.VIPPS_CLIENT_SECRET ?? "" };
    const answer = await fetch(`${address}/accesstoken/get`, { method: "POST", headers: { ...secrets, ...keys } });
    if (!answer.ok) throw new Error(`No access token: ${answer.status}`);
    return (await answer.json()).access_token;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {string} [key] An idempotency key: the same one for the same act, however often it is sent.
   */
  async function call(method, path, body, key) {
    token ??= fetchToken();
    const headers = new Headers({ ...keys, Authorization: `Bearer ${await token}` });
    if (body) headers.set("Content-Type", "application/json");
    if (key) headers.set("Idempotency-Key", key);
    const answer = await fetch(address + path, { method, headers, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
    return answer.json();
  }

  const payments = "/epayment/v1/payments";
  return {
    /** @param {string} reference @param {number} value In minor units. */
    buy: (reference, value) =>
      call(
        "POST",
        payments,
        {
          amount: { currency: "NOK", value },
          paymentMethod: { type: "WALLET" },
          reference,
          userFlow: "WEB_REDIRECT",
          returnUrl: "https://shop.example/thanks",
        },
        `buy-${reference}`,
      ),
    /** @param {string} reference @param {number} value In minor units. */
    ship: (reference, value) =>
      call(
        "POST",
        `${payments}/${reference}/capture`,
        { modificationAmount: { currency: "NOK", value } },
        `ship-${reference}`,
      ),
    /** @param {string} reference */
    async state(reference) {
      return (await call("GET", `${payments}/${reference}`)).state;
    },
  };
}
