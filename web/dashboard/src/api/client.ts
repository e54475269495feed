import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";
import { accessToken, IN_ENGLISH, renew } from "./session";

export { ProblemError, problemOf, read } from "./problem";
export type Schemas = components["schemas"];

const bearing: Middleware = {
  async onRequest({ request }) {
    const token = await accessToken();
    if (token) request.headers.set("Authorization", `Bearer ${token}`);
    return request;
  },
  async onResponse({ request, response }) {
    // The session may have been ended elsewhere, or this machine's clock be wrong: ask once more.
    if (response.status !== 401 || request.body !== null || !(await renew())) return response;
    const again = new Request(request);
    again.headers.set("Authorization", `Bearer ${await accessToken()}`);
    return fetch(again);
  },
};

/** The REST API, typed by its own description. Every call carries the session. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  headers: IN_ENGLISH,
});
api.use(bearing);

/** A key under which a write counts once, however often it is sent. */
export function onceKey(): string {
  return `dashboard-${crypto.randomUUID()}`;
}
