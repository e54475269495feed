import type { components } from "./schema";

type Told = components["schemas"]["Problem"];
export type Problem = Pick<Told, "code" | "detail" | "status"> & Partial<Told>;

/** A request that was refused, with the server's own words and its stable code. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** What is known of a failure, also when no server could be reached. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const code = error instanceof TypeError ? "NETWORK" : "INTERNAL_ERROR";
  return { code, detail: String(error), status: 0 };
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer. Throws ProblemError when it was refused. */
export async function read<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked;
  if (response.ok) return data as T;
  if (typeof error === "object" && error !== null && "code" in error) {
    throw new ProblemError(error as Problem);
  }
  const { status, statusText } = response;
  throw new ProblemError({ code: "INTERNAL_ERROR", detail: statusText, status });
}
