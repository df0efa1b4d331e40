import project from "../../deno.json" with { type: "json" };

/** Version of this program. The one place where it is written is `deno.json`. */
export const VERSION: string = project.version;
