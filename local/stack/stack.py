"""The local stack as one thing: started, deployed, loaded with a tenant, surely stopped."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import ClientError

from local.stack import cloud, loopback, ministack, ports, processes, record
from local.stack.build import Build, Target
from local.stack.deploy import Deployment
from local.stack.errors import StackError
from local.stack.interrupts import Interrupts
from local.stack.lambda_logs import LambdaLogs
from local.stack.locking import StackLock
from local.stack.paths import REPOSITORY, StackPaths, Tools
from local.stack.simulator import Simulator, SimulatorAccess
from shared.tenants.models import Tenant

Say = Callable[[str], None]
"""Told what happens, one short sentence at a time."""

_SAVING_SECONDS = 90.0
"""A busy machine needs its time to save a state; whoever is ended before has lost it."""

_BUCKETS = ("RawEventsBucketName", "ProofsBucketName")
_DEPLOYED = {"WebhookApiId", "TenantsTableName", *_BUCKETS}


class Part(StrEnum):
    """What a stack consists of, by the name its process is recorded under."""

    AWS = "embedded AWS"
    SAGE = "Sage Intacct simulator"


def _say_nothing(_: str) -> None:
    return


class LocalStack:
    """An embedded AWS with our template on it, and a Sage Intacct simulator beside it."""

    def __init__(
        self,
        name: str = "demo",
        *,
        keep: bool = False,
        say: Say = _say_nothing,
        tools: Tools | None = None,
    ) -> None:
        """Stacks of different names run side by side.

        `keep` goes on with the state that the last stack of this name left, and leaves its own.
        """
        self._tools = tools or Tools(REPOSITORY)
        self._paths = StackPaths(name, self._tools.root)
        self._keep = keep
        self._say = say
        self._lock = StackLock(self._paths)
        self._interrupts = Interrupts()
        self._record = record.StackRecord(port=0)
        self._logs: LambdaLogs | None = None

    def __enter__(self) -> Self:
        """Start; whatever fails or is interrupted on the way leaves nothing running."""
        self._interrupts.watch()
        try:
            return self.start()
        except BaseException:
            self._interrupts.restore()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything that was started."""
        try:
            self.stop()
        finally:
            self._interrupts.restore()

    def start(self) -> Self:
        """Bring the stack up; ready for webhooks when it returns.

        Raises:
            StackError: a tool is missing, a port is taken, this stack runs already, or the build or
                the deployment failed; nothing of it is left running.
        """
        self._lock.acquire()
        try:
            self._refuse_a_second_one()
        except StackError:
            self._lock.release()
            raise
        try:
            self._bring_up()
        except BaseException:
            self.stop()
            raise
        return self

    def detach(self) -> None:
        """Leave the stack running when this process ends; `attach` finds it again."""
        self._stop_logs()
        self._note(is_detached=True)
        self._lock.release()

    @classmethod
    def end(cls, name: str = "demo", *, forget: bool = False) -> bool:
        """End a stack that was left running; whether there was one.

        `forget` drops its kept state, too.

        Raises:
            StackError: another process uses it.
        """
        stack = cls(name)
        stack._lock.acquire()
        known = record.read(stack._paths.record) or stack._record
        stack._keep = known.keep and not forget
        was_running = known.is_running
        if was_running and known.outputs:
            stack._record = known
            stack._logs = stack._lambda_logs()
        stack.stop()
        return was_running

    @classmethod
    def attach(cls, name: str = "demo", *, say: Say = _say_nothing) -> Self:
        """The stack of that name that another process has left running.

        Raises:
            StackError: there is none.
        """
        stack = cls(name, say=say)
        known = record.read(stack._paths.record)
        if known is None or not known.is_running or not known.outputs:
            message = f"no stack named {name!r} is up"
            raise StackError(message)
        stack._record = known
        stack._keep = known.keep
        stack._logs = stack._lambda_logs()
        return stack

    def stop(self) -> None:
        """End every process of this stack, at once and for good; logs stay, state only if kept."""
        with self._interrupts.held_off():
            try:
                self._stop_logs()
            finally:
                self._end_processes(record.read(self._paths.record) or self._record)
            shutil.rmtree(self._paths.temporary, ignore_errors=True)
            if not self._keep:
                shutil.rmtree(self._paths.state, ignore_errors=True)
                self._paths.record.unlink(missing_ok=True)
            self._lock.release()

    @property
    def is_running(self) -> bool:
        """Whether its processes run."""
        return self._record.is_running

    @property
    def outputs(self) -> Mapping[str, str]:
        """The deployment's outputs by name, as `template.yaml` states them."""
        return self._record.outputs

    @property
    def endpoint_url(self) -> str:
        """The embedded AWS."""
        return f"http://{ports.LOOPBACK}:{self._record.port}"

    @property
    def api_url(self) -> str:
        """Base address of the webhook API; append `/webhooks/<cart>/<store>`."""
        api = self.outputs["WebhookApiId"]
        return f"{self.endpoint_url}/restapis/{api}/{cloud.STAGE}/_user_request_"

    @property
    def simulator(self) -> SimulatorAccess:
        """The Sage Intacct simulator: addresses and credentials."""
        if self._record.simulator is None:
            message = "the stack is not up"
            raise StackError(message)
        return self._record.simulator

    @property
    def logs_dir(self) -> str:
        """The folder with a log of each process and each function."""
        return str(self._paths.logs)

    def client(self, service: str) -> Any:
        """A boto3 client of the embedded AWS."""
        return cloud.client(self.endpoint_url, service)

    def collect_logs(self) -> None:
        """Bring the functions' log files up to date now; it happens every few seconds anyway."""
        if self._logs is not None:
            self._logs.collect()

    def process(self, part: Part) -> processes.ProcessId:
        """The process of one part.

        Raises:
            StackError: it was never started.
        """
        for known in self._record.processes:
            if known.name == part.value:
                return known.id
        message = f"the {part.value} does not run"
        raise StackError(message)

    def take_down(self, part: Part) -> None:
        """End one part in the middle of everything; it keeps its state, and what calls it fails."""
        processes.stop(self.process(part), seconds=_SAVING_SECONDS)

    def bring_back(self, part: Part) -> None:
        """Start a part that was taken down, with its state, where it listened before.

        Raises:
            StackError: the stack keeps no state, or the part does not come up.
        """
        if not self._keep:
            message = "only a stack that keeps its state can bring a part back"
            raise StackError(message)
        others = tuple(one for one in self._record.processes if one.name != part.value)
        self._note(processes=others)
        if part is Part.AWS:
            aws = ministack.MiniStack(self._paths, self._tools, port=self._record.port, keep=True)
            self._adopt(part.value, aws.start())
            aws.wait()
            self._insist_on_state()
        else:
            port = self._record.simulator_port
            sage = Simulator(self._paths, self._tools, port=port, keep=True)
            self._adopt(part.value, sage.start())
            self._note(simulator=sage.wait())

    def load_tenant(
        self,
        tenant: Tenant,
        intacct_secret: Mapping[str, str],
        store_secrets: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Make a tenant known: its configuration, routes and secrets; again is an update.

        `store_secrets` holds one secret per store id. Functions may keep what they knew of the
        tenant for a minute.
        """
        cloud.load_tenant(
            self.endpoint_url,
            self.outputs["TenantsTableName"],
            tenant,
            intacct_secret,
            store_secrets,
        )

    def _bring_up(self) -> None:
        started_at = time.monotonic()
        target = Target.of(ministack.python_version(self._tools), platform.machine())
        self._prepare_folders()
        known = record.read(self._paths.record) or record.StackRecord(port=ports.free_port())
        aws = ministack.MiniStack(self._paths, self._tools, port=known.port, keep=self._keep)
        sage = Simulator(
            self._paths,
            self._tools,
            port=known.simulator_port if self._keep else 0,
            keep=self._keep,
        )
        self._say("Starting the embedded AWS and the Sage Intacct simulator")
        self._note(port=known.port, keep=self._keep)
        self._adopt(Part.AWS.value, aws.start())
        self._adopt(Part.SAGE.value, sage.start())
        self._say(f"Building the layers for Python {target.python} on {target.architecture}")
        build = Build(self._paths, self._tools, target)
        if not build.make():
            self._say("Nothing has changed since the last build")
        access = sage.wait()
        aws.wait()
        self._note(simulator=access, simulator_port=_port(access.rest_base_url))
        self._say("Deploying template.yaml")
        self._deploy(build, target, access)
        self._say(f"The stack is up after {time.monotonic() - started_at:.0f} s")

    def _deploy(self, build: Build, target: Target, access: SimulatorAccess) -> None:
        deployment = Deployment(
            self._paths,
            self._tools,
            cloudformation=self.client("cloudformation"),
            s3=self.client("s3"),
        )
        addresses = {
            "IntacctRestUrl": access.rest_base_url,
            "IntacctOauthUrl": access.oauth_url,
            "IntacctXmlUrl": access.xml_url,
        }
        deployment.make(build.template, self.endpoint_url, target.parameters | addresses)
        outputs = deployment.outputs()
        if missing := _DEPLOYED - outputs.keys():
            message = f"the deployment lacks outputs: {', '.join(sorted(missing))}"
            raise StackError(message)
        loopback.let_bytes_through(self.endpoint_url, outputs["WebhookApiId"])
        for bucket in _BUCKETS:
            loopback.allow_plain_http(self.client("s3"), outputs[bucket])
        self._note(outputs=outputs, log_groups=deployment.physical_ids("AWS::Logs::LogGroup"))
        self._logs = self._lambda_logs()
        self._logs.follow()

    def _refuse_a_second_one(self) -> None:
        """One stack per name; what a killed process left behind is no stack, and is ended."""
        known = record.read(self._paths.record)
        if known is None or not known.is_running:
            return
        if known.outputs and known.is_detached:
            message = f"the stack {self._paths.name!r} is up already: `make down` ends it"
            raise StackError(message)
        self._say("Ending what an interrupted run has left behind")
        self._end_processes(known)

    def _insist_on_state(self) -> None:
        """An embedded AWS that was ended before it had saved comes back empty, and says nothing."""
        try:
            table = self.outputs["TenantsTableName"]
            self.client("dynamodb").describe_table(TableName=table)
        except ClientError as exc:
            message = "the embedded AWS came back without its state"
            raise StackError(message) from exc

    def _prepare_folders(self) -> None:
        leftovers = [self._paths.temporary, self._paths.logs]
        if not self._keep:
            leftovers.append(self._paths.state)
            self._paths.record.unlink(missing_ok=True)
        for folder in leftovers:
            shutil.rmtree(folder, ignore_errors=True)
        self._paths.make()

    def _lambda_logs(self) -> LambdaLogs:
        return LambdaLogs(lambda: self.client("logs"), self._record.log_groups, self._paths.logs)

    def _stop_logs(self) -> None:
        logs, self._logs = self._logs, None
        if logs is not None:
            logs.stop()

    def _adopt(self, name: str, process: processes.ProcessId) -> None:
        ours = record.RunningProcess(name=name, pid=process.pid, started=process.started)
        self._note(processes=(*self._record.processes, ours))

    def _note(self, **facts: Any) -> None:
        self._record = self._record.model_copy(update=facts)
        self._record.write(self._paths.record)

    def _end_processes(self, known: record.StackRecord) -> None:
        for process in known.processes:
            if known.keep:
                processes.stop(process.id, seconds=_SAVING_SECONDS)
            else:
                processes.stop(process.id)
        self._record = known.model_copy(update={"processes": (), "is_detached": False})
        if self._paths.home.exists():
            self._record.write(self._paths.record)


def _port(url: str) -> int:
    return int(url.split("/")[2].rpartition(":")[2])
