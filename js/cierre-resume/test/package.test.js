// The package: what it is built from, how large it is, and what goes into it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const folder = fileURLToPath(new URL("..", import.meta.url));
const npm = (...args) => execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

test("the module has at most 6,144 bytes", t => {
    const { size } = statSync(join(folder, "dist/cierre-resume.js"));
    t.diagnostic(`${size} bytes`);
    assert.ok(size <= 6_144, `${size} bytes`);
});

test("what is kept in dist is what the source builds to", () => {
    const built = mkdtempSync(join(tmpdir(), "cierre-resume-"));
    try {
        npm("exec", "--no", "--", "esbuild", "src/cierre-resume.ts", "--bundle", "--format=esm", "--target=es2022", "--minify", `--outfile=${join(built, "cierre-resume.js")}`);
        npm("exec", "--no", "--", "tsc", "--outDir", built);
        for (const name of ["cierre-resume.js", "cierre-resume.d.ts"])
            assert.equal(readFileSync(join(folder, "dist", name), "utf8"), readFileSync(join(built, name), "utf8"), `${name}: run npm run build`);
    } finally {
        rmSync(built, { recursive: true });
    }
});

test("the package has the module, its types, the README and nothing else", () => {
    const [{ files }] = JSON.parse(npm("pack", "--dry-run", "--json"));
    assert.deepEqual(files.map(({ path }) => path).sort(), ["README.md", "dist/cierre-resume.d.ts", "dist/cierre-resume.js", "package.json"]);
});

test("the lock file names no registry", () => assert.doesNotMatch(readFileSync(join(folder, "package-lock.json"), "utf8"), /"resolved"/));
