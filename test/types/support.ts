/**
 * What type tests state their claims with. They are compiled and never run: by the type check against the sources, and by
 * `declarations.test.ts` against the declarations that are published.
 */

/** Whether two types are one and the same, `any` included. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- two such functions are equal only if A and B are
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles if the claim holds: `holds<Same<typeof value, string>>()`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the parameter is the claim
export declare function holds<_Claim extends true>(): void
