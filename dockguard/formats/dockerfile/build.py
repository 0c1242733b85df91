"""From a tree and a request to the image that would be built: stages, what they inherit, and which of them count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dockguard.formats.dockerfile import users
from dockguard.formats.dockerfile.files.context import Context
from dockguard.formats.dockerfile.image import Image
from dockguard.formats.dockerfile.model import Stage, Step
from dockguard.formats.dockerfile.settings import Linked, Settings
from dockguard.formats.dockerfile.text.tree import MAX_STAGES, Instruction, Pair, Tree, Word
from dockguard.formats.dockerfile.text.words import several
from dockguard.formats.dockerfile.variables.scope import PLATFORM, Scope, is_bare
from dockguard.record import replace
from dockguard.source import Fact, Many, Span, Unknown, Via, absent
from dockguard.stack.pieces import BuildRequest, User

_SHELL = ("/bin/sh", "-c")


class _Builder:
    """The stages of one file for one set of build arguments."""

    def __init__(self, tree: Tree, args: Mapping[str, Fact[str]], context: Context, complete: bool) -> None:
        self.tree, self.args, self.context = tree, args, context
        self.complete = complete  # nobody gives further build arguments
        self.globals = Scope()
        self.before: list[Step] = []
        self.stages: list[Stage] = []
        self.names: dict[str, Stage] = {}

    def run(self) -> None:
        """Goes through the instructions once, in order."""
        self._predefine()
        for number, node in enumerate(self.tree.instructions):
            if node.name == "FROM":
                if len(self.stages) >= MAX_STAGES:
                    return  # the parser has said so
                self._open(node)
            elif self.stages:
                self._step(self.stages[-1], node, number)
            else:
                self._before(node, number)

    def _predefine(self) -> None:
        start = self.tree.source.whole
        for name in sorted(PLATFORM):
            given = self.args.get(name)
            unknown: Fact[str] = Fact(Unknown(f"`{name}` depends on the platform of the build"), start)
            self.globals.set(name, -1, unknown if given is None else given)

    def _before(self, node: Instruction, number: int) -> None:
        step = self._new(node, None, self.globals, number, Settings.empty(node.span))
        self.before.append(step)
        if node.name == "ARG":
            for pair in node.pairs:
                self._declare(self.globals, step, pair, {})

    def _new(self, node: Instruction, stage: Stage | None, scope: Scope, at: int, settings: Settings) -> Step:
        return Step(node.name, node.span, node, stage, scope, at, self.tree.escape, settings)

    def _open(self, node: Instruction) -> None:
        """A new stage; what FROM names is an earlier stage or an image."""
        words = node.words
        image = self._image(node)
        name = words[2].text.lower() if len(words) == 3 and words[1].text.lower() == "as" else ""
        parent = self.names.get((image.known or "").lower())
        scope = Scope(parent.scope if parent else None, self.globals_by_name())
        if parent is not None:
            scope.open = parent.scope.open
            start = parent.settings.inherited(node.span, image.span, parent.label)
        else:
            scope.open = "" if is_bare(image.known or "?") else f"`{image.known}`" if image.known else "that it names"
            start = replace(Settings.empty(node.span), user=users.base_user(image, image.span))
        platform = node.flag("platform")
        where: Fact[str] = absent(node.keyword)
        if platform is not None and platform.value is not None:
            where = self.globals.expand(Word(platform.value, platform.span), 1 << 60, self.tree.escape).fact
        stage = Stage(
            len(self.stages), name, node.span, node, image, parent, scope, self.tree.escape, start, where,
            settings=start, context=self.context, siblings=self.stages,
        )  # fmt: skip
        stage.globals = self.globals
        self.stages.append(stage)
        if name:
            self.names[name] = stage
        self._trigger(stage, parent)

    def _image(self, node: Instruction) -> Fact[str]:
        if not node.words:
            return Fact(None, node.keyword)
        found = self.globals.expand(node.words[0], 1 << 60, self.tree.escape)
        if found.unset:
            return Fact(Unknown(f"`{found.unset[0]}` has no value"), node.words[0].span, found.fact.via)
        return found.fact

    def globals_by_name(self) -> dict[str, Fact[str]]:
        """The ARGs before the first FROM, platform ones left out, once they are all read."""
        if not self.stages:
            self._outer = {
                name: fact
                for name in self.globals.log
                if name not in PLATFORM and (fact := self.globals.get(name)) is not None
            }
            for name in self.globals.declared - self._outer.keys():
                self._outer[name] = Fact(None, self.tree.source.whole)
        return self._outer

    def _trigger(self, stage: Stage, parent: Stage | None) -> None:
        """The ONBUILDs of the stage below run first."""
        for node in parent.settings.triggers if parent else ():
            step = self._new(node, stage, stage.scope, -1, stage.settings)
            step.triggered = True
            self._apply(stage, step)

    def _step(self, stage: Stage, node: Instruction, number: int) -> None:
        step = self._new(node, stage, stage.scope, number, stage.settings)
        stage.own.append(step)
        if node.trigger is None:
            self._apply(stage, step)
            return
        stage.settings = replace(stage.settings, triggers=(*stage.settings.triggers, node.trigger)[:100])
        carried = self._new(node.trigger, stage, stage.scope, number, stage.settings)
        carried.onbuild = True
        stage.own.append(carried)

    def _apply(self, stage: Stage, step: Step) -> None:
        handler = _HANDLERS.get(step.name)
        if step.name == "ARG":
            for pair in step.node.pairs:
                self._declare(stage.scope, step, pair, stage.scope.outer)
        elif handler is not None:
            stage.settings = handler(step, stage.settings)
        for name, span in _origins(step):
            found = stage.find(name)
            if found is not None:
                stage.uses.setdefault(found.index, span)

    def _declare(self, scope: Scope, step: Step, pair: Pair, outer: Mapping[str, Fact[str]]) -> None:
        """ARG: what the build gives, else the default, else the global one's value."""
        name = pair.name.text
        scope.declared.add(name)
        if name in self.args:
            given = self.args[name]
            fact = Fact(given.value, given.span, Via(pair.name.span, f"`{name}` is declared here", given.via))
        elif pair.value is not None:
            fact = step.expand(pair.value).fact
        elif outer.get(name) is not None and outer[name].written:
            fact = outer[name].step(pair.name.span, f"`{name}` is declared here")
        elif name in PLATFORM:
            fact = Fact(Unknown(f"`{name}` depends on the platform of the build"), pair.name.span)
        else:
            return
        if fact.written:
            scope.set(name, step.at, fact)


def _origins(step: Step) -> Iterator[tuple[str, Span]]:
    """The stages and images that an instruction takes files from."""
    if step.name in ("COPY", "RUN"):
        flag = step.node.flag("from")
        if flag is not None and flag.value:
            yield step.expand(Word(flag.value, flag.span)).fact.known or "", flag.span
        for mount in step.node.all_flags("mount"):
            for part in (mount.value or "").split(","):
                if part.startswith("from="):
                    yield part[5:], mount.span


# --- what each instruction does to the configuration ------------------------------------------------------------------


def _env(step: Step, settings: Settings) -> Settings:
    """Every value sees the variables as they were before the instruction."""
    linked = settings.env_list
    facts = [
        (step.expand(pair.name).fact.known or "", step.expand(pair.value).fact)
        for pair in step.node.pairs
        if pair.value
    ]
    for name, fact in facts:
        step.scope.set(name, step.at, fact)
        linked = Linked(name, fact, linked)
    return replace(settings, env_list=linked)


def _label(step: Step, settings: Settings) -> Settings:
    linked = settings.label_list
    for pair in step.node.pairs:
        if pair.value is not None:
            linked = Linked(step.expand(pair.name).fact.known or "", step.expand(pair.value).fact, linked)
    return replace(settings, label_list=linked)


def _user(step: Step, settings: Settings) -> Settings:
    if not step.node.words:
        return settings
    written = step.argument
    return replace(settings, declared_user=written, user=users.user_of(step, written))


def _workdir(step: Step, settings: Settings) -> Settings:
    from dockguard.formats.dockerfile.files.copies import absolute

    if not step.node.words:
        return settings
    before = settings.workdir
    return replace(settings, workdir=step.argument.map(lambda path: absolute(path, before)))


def _form(step: Step, settings: Settings) -> Fact[tuple[str, ...]]:
    """The words of the exec form, or the shell with the shell form."""
    node = step.node
    span = node.argument.span if node.words else node.keyword
    if node.json:
        return Fact(tuple(word.text for word in node.words), span)
    shell = settings.shell.known or _SHELL
    return Fact((*shell, node.argument.text), span) if node.words else Fact(None, span)


def _cmd(step: Step, settings: Settings) -> Settings:
    return replace(settings, cmd=_form(step, settings), own_cmd=True)


def _entrypoint(step: Step, settings: Settings) -> Settings:
    """An ENTRYPOINT forgets a CMD that was inherited."""
    nothing: Fact[tuple[str, ...]] = absent(step.span)
    return replace(settings, entrypoint=_form(step, settings), cmd=settings.cmd if settings.own_cmd else nothing)


def _healthcheck(step: Step, settings: Settings) -> Settings:
    node = step.node
    if not node.words:
        return settings
    kind, *rest = (word.text for word in node.words)
    form = kind.upper() if node.json or kind.upper() == "NONE" else "CMD-SHELL"
    return replace(settings, healthcheck=Fact((form, *rest), node.argument.span))


def _shell(step: Step, settings: Settings) -> Settings:
    return replace(settings, shell=_form(step, settings)) if step.node.json else settings


def _stop(step: Step, settings: Settings) -> Settings:
    return replace(settings, stop_signal=step.argument)


def _expose(step: Step, settings: Settings) -> Settings:
    linked = settings.port_list
    for word in step.node.words:
        fact = step.expand(word).fact
        texts = several(fact.known or "")
        if texts is None:
            fact = Fact(Unknown("it holds too many ports"), fact.span, fact.via)
        for text in texts or ("",):
            value = Fact(text, fact.span, fact.via) if text else fact
            if text or not fact.sure:
                linked = Linked(text.lower() if text else word.text, value, linked)
    return replace(settings, port_list=linked)


def _volume(step: Step, settings: Settings) -> Settings:
    linked = settings.volume_list
    for word in step.node.words:
        fact = step.expand(word).fact
        linked = Linked(fact.known or word.text, fact, linked)
    return replace(settings, volume_list=linked)


_HANDLERS: Mapping[str, Callable[[Step, Settings], Settings]] = {
    "ENV": _env,
    "LABEL": _label,
    "USER": _user,
    "WORKDIR": _workdir,
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "HEALTHCHECK": _healthcheck,
    "SHELL": _shell,
    "STOPSIGNAL": _stop,
    "EXPOSE": _expose,
    "VOLUME": _volume,
}


# --- the image --------------------------------------------------------------------------------------------------------


def stages_of(
    tree: Tree, args: Mapping[str, Fact[str]], context: Context, complete: bool
) -> tuple[list[Stage], tuple[Step, ...]]:
    """The stages of a file for some build arguments, and what stands before the first FROM."""
    builder = _Builder(tree, args, context, complete)
    builder.run()
    return builder.stages, tuple(builder.before)


def image_of(
    tree: Tree, request: BuildRequest | None, context: Context, by: tuple[str, ...] = (), *, of_service: bool = False
) -> Image | None:
    """The image of a request; None for a file without instructions, and where only the run time knows the target."""
    if not tree.instructions or (request and not request.target.sure):
        return None
    stages, before = stages_of(tree, request.args if request else {}, context, request is not None)
    final = _target(stages, request)
    wanted = request.target.known if request else None
    missing = wanted or "" if final is None and stages else ""
    if final is None:
        final = stages[-1] if stages else _nowhere(tree, context)
    final.final = True
    for stage in final.chain:
        stage.in_final = True
    if of_service:  # another variant of the project may ask for any stage that has a name
        for index in {index for stage in stages if stage.name for index in reached(stage)}:
            stages[index].requested = True
    for index in reached(final):
        final.siblings[index].reached = final.siblings[index].requested = True
    many = Many(tuple(stages), tree.source.whole)
    image = Image(tree, request, many, final, before, context, by, of_service, bool(stages))
    image.missing_target = missing
    return image


def _nowhere(tree: Tree, context: Context) -> Stage:
    """A stage for what stands in a file without FROM; nothing is known of it."""
    span = tree.instructions[0].span
    node = tree.instructions[0]
    unknown: Fact[str] = Fact(Unknown("there is no FROM"), span)
    user: Fact[User] = Fact(Unknown("there is no FROM"), span)
    start = replace(Settings.empty(span), user=user)
    stage = Stage(
        0, "", span, node, unknown, None, Scope(open="that is missing"), tree.escape, start, absent(span),
        settings=start, context=context,
    )  # fmt: skip
    stage.siblings.append(stage)
    return stage


def _target(stages: list[Stage], request: BuildRequest | None) -> Stage | None:
    if not stages:
        return None
    target = request.target.value if request else None
    if target is None or target == "":
        return stages[-1]
    if isinstance(target, Unknown):
        return None
    named = next((stage for stage in reversed(stages) if stage.name == target.lower()), None)
    if named is None and target.isascii() and target.isdigit() and len(target) < 6 and int(target) < len(stages):
        return stages[int(target)]
    return named


def reached(final: Stage) -> set[int]:
    """The numbers of the stages that a build of `final` runs."""
    found: set[int] = set()
    waiting = [final.index]
    while waiting:
        index = waiting.pop()
        if index not in found:
            found.add(index)
            stage = final.siblings[index]
            waiting += stage.uses
            if stage.parent is not None:
                waiting.append(stage.parent.index)
    return found
