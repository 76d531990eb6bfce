"""What must be found wrong: beside each line what mypy and what pyright call it, and nothing else may be wrong."""

import vipps_nb
from vipps_nb import Sandbox, VippsSession, webhooks
from vipps_nb.webhooks import Listener


def logging_in() -> None:
    vipps_nb.logn()  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps_nb.login(environment="test")  # mypy call-arg, pyright reportCallIssue
    vipps_nb.login("test")  # mypy call-arg, pyright reportCallIssue
    vipps_nb.login(env=True)  # mypy arg-type, pyright reportArgumentType
    vipps_nb.login(env=vipps_nb.TEST)  # mypy arg-type, pyright reportArgumentType
    vipps_nb.login(quiet="yes")  # mypy arg-type, pyright reportArgumentType
    vipps_nb.login(client_secret="…")  # mypy call-arg, pyright reportCallIssue
    vipps_nb.login().tokn  # mypy attr-defined, pyright reportAttributeAccessIssue


def asking(vipps: VippsSession) -> None:
    vipps.get("/x").jsn()  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.get("/x").retries[0].reason  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.get()  # mypy call-arg, pyright reportCallIssue
    vipps.gett("/x")  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.request("GET")  # mypy call-arg, pyright reportCallIssue
    vipps.poll("/x", 200)  # mypy arg-type, pyright reportArgumentType
    vipps.poll("/x").status  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.map("GET", ["/x"], at_once="16")  # mypy call-overload, pyright reportArgumentType
    vipps.map("GET", ["/x"]).okay  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.map("GET", ["/x"]).ok[0].jsn()  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.map("GET", ["/x"])[0].json()  # mypy union-attr, pyright reportAttributeAccessIssue
    vipps.history.resend("1")  # mypy arg-type, pyright reportArgumentType
    vipps.history[0].answer  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.history[0].response.jsn()  # mypy attr-defined, pyright reportAttributeAccessIssue
    vipps.as_merchant()  # mypy call-arg, pyright reportCallIssue
    vipps.token + ""  # mypy operator, pyright reportOperatorIssue
    vipps.sandbox.approve(reference="r")  # mypy union-attr, pyright reportOptionalMemberAccess


def playing(sandbox: Sandbox) -> None:
    sandbox.overview()["count"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.overview()["clock"]["time"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.advance(60)["moment"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.requests()[0]["url"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.deliveries()[0]["state"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.waiting()[0]["reference"]  # mypy typeddict-item, pyright reportGeneralTypeIssues
    sandbox.approve("my-order-0001")  # mypy call-arg, pyright reportCallIssue
    sandbox.abort(order="my-order-0001")  # mypy call-arg, pyright reportCallIssue
    sandbox.advance("an hour")  # mypy arg-type, pyright reportArgumentType
    Sandbox(prt=8080)  # mypy call-arg, pyright reportCallIssue


def listening(vipps: VippsSession, headers: dict[str, str]) -> None:
    webhooks.verify(b"{}", headers)  # mypy call-arg, pyright reportCallIssue
    webhooks.verify(b"{}", headers, "secret", adress="https://…")  # mypy call-arg, pyright reportCallIssue
    webhooks.verify({}, headers, "secret")  # mypy arg-type, pyright reportArgumentType
    webhooks.verify(b"{}", headers, "secret").valid  # mypy attr-defined, pyright reportAttributeAccessIssue
    webhooks.verfy(b"{}", headers, "secret")  # mypy attr-defined, pyright reportAttributeAccessIssue
    Listener(vipps).wait_for(5)  # mypy arg-type, pyright reportArgumentType
