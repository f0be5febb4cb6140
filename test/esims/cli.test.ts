import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { emptyFolder, run } from "../process/process.ts";
import { startGateway } from "../support/gateway.ts";

async function numgate(...args: string[]) {
  const running = run(await emptyFolder(), args);
  const exit = await running.exit;
  return { exit, stdout: running.stdout(), stderr: running.stderr() };
}

it("prints the activation code of an eSIM that was bought", async () => {
  const gateway = await startGateway();
  const { plans } = await gateway.esims.listEsimPlans({});
  const { esim } = await gateway.esims.createEsim({ plan: plans[0]?.plan ?? "" });
  const shown = await numgate("esim", esim?.esimId ?? "", "--address", gateway.url);
  expect(shown).toEqual({ exit: 0, stderr: "", stdout: `${esim?.displayName}  ACTIVE\n${esim?.activationCode}\n` });
});

it("says what is wrong, and shows nobody's code", async () => {
  const config = "callers: [{ name: a, token: token-of-a-12345 }]";
  const gateway = await startGateway({ config });
  const address = ["--address", gateway.url];
  expect(await numgate("esim", "esim_1", ...address)).toMatchObject({ exit: 1, stdout: "" });
  const unknown = await numgate("esim", "esim_1", ...address, "--token", "token-of-a-12345");
  expect(unknown).toMatchObject({ exit: 1, stderr: "numgate: there is no eSIM esim_1\n" });
  expect(await numgate("esim")).toMatchObject({ exit: 2 });
});

it("draws what a phone can scan", async () => {
  const code = "LPA:1$smdp.example.com$0123-4567-89AB";
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ esim: { displayName: "USA 5GB", status: "ESIM_STATUS_ACTIVE", activationCode: code } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { stdout } = await numgate("esim", "esim_1", "--address", `http://127.0.0.1:${port}`);
  expect(stdout).toContain(code);
  expect(stdout.match(/[▀▄█]/g)?.length).toBeGreaterThan(100);
});
