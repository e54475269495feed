import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { api, read, type Schemas } from "../../api/client";
import { identityQuery } from "../../api/program";
import { paged } from "../../ui/listing";

export type Member = Schemas["MemberView"];
export type Role = Schemas["Role"];
export type LinkMade = Schemas["LinkMade"];

export const STAFF = ["staff"];

export function staffQuery(former: boolean) {
  return infiniteQueryOptions({
    queryKey: [...STAFF, former ? "former" : "now"],
    queryFn: ({ pageParam }) =>
      read(
        api.GET("/v1/api/staff", {
          params: { query: { former, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...paged,
  });
}

/** By id, also of those who have left: how records are told whose doing something was. */
export const staffNamesQuery = queryOptions({
  queryKey: [...STAFF, "names"],
  queryFn: async () => {
    const lists = await Promise.all(
      [false, true].map((former) =>
        read(api.GET("/v1/api/staff", { params: { query: { former, limit: 200 } } })),
      ),
    );
    const known = lists.flatMap(({ items }) => items);
    return new Map(known.map(({ id, name, email }) => [id, name ?? email]));
  },
  staleTime: 5 * 60_000,
});

export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: () => read(api.GET("/v1/api/staff/roles")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What whoever is signed in may do about others: the server's own rule, to offer no dead end. */
export function useReach() {
  const me = useQuery(identityQuery).data;
  const roles = useQuery(rolesQuery).data?.items ?? [];
  const givable = roles
    .filter(({ scopes }) => scopes.every((scope) => me?.scopes.includes(scope)))
    .map(({ role }) => role);
  const isMe = (member: Member) => me?.actor === `staff:${member.id}`;
  return {
    /** Roles that may do no more than one may oneself, which one can give. */
    givable,
    isMe,
    reaches: (member: Member) =>
      (me?.scopes.includes("staff:write") ?? false) &&
      !isMe(member) &&
      givable.includes(member.role),
  };
}
