// Speaks to the local server's control routes.

const WORDS = {
  operation_timeout: "The app did not answer within 3 seconds.",
  dispatch_failed: "The app could not be reached.",
  unreachable: "The local server does not answer. Is it still running?",
};

async function read(response) {
  const type = response.headers.get("content-type") ?? "";
  return type.includes("json") ? response.json() : { ok: response.ok, error: response.ok ? null : String(response.status) };
}

/** The server answered, and its answer was no. */
export class Refused extends Error {}

/** GET a control route; rejects where the server is away, and with `Refused` where it says no. */
export async function get(path, query = {}) {
  const words = new URLSearchParams(query).toString();
  const answer = await read(await fetch(`/_/${path}${words ? `?${words}` : ""}`));
  if (answer.ok === false) throw new Refused(answer.error ?? "");
  return answer;
}

/** POST to a control route; always resolves to `{ok, error?, errors?, ms?}`. */
export async function post(path, body) {
  try {
    const response = await fetch(`/_/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await read(response);
  } catch {
    return { ok: false, error: "unreachable" };
  }
}

/** What an error code means, in words a person can use. */
export function inWords(error) {
  const text = String(error ?? "");
  if (WORDS[text]) return WORDS[text];
  if (!text) return "That did not work.";
  return text.includes(" ") ? text : `The app's answer was not accepted (${text}).`;
}
