using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>What follows a proposal of the standard is marked CIERRE001: the names may change with the proposal, and whoever uses them says so.</summary>
public sealed class ProposalTests
{
    private static readonly Type[] Marked =
        [.. typeof(WebSocketStream).Assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(ExperimentalAttribute)))];

    [Fact]
    public void The_stream_and_what_belongs_to_it_is_marked_and_nothing_else() => Assert.Equal(
        [
            nameof(WebSocketChunk), nameof(WebSocketCloseInfo), nameof(WebSocketError), nameof(WebSocketOpenInfo),
            nameof(WebSocketReadable), nameof(WebSocketStream), nameof(WebSocketStreamOptions), nameof(WebSocketWritable),
        ],
        Marked.Select(type => type.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Diagnostic_is_CIERRE001() =>
        Assert.All(Marked, type => Assert.Equal("CIERRE001", type.GetCustomAttribute<ExperimentalAttribute>()!.DiagnosticId));

    /// <summary>Else a change of the proposal would reach what is settled.</summary>
    [Fact]
    public void No_member_of_what_is_settled_names_it() => Assert.Empty(
        from type in typeof(WebSocketStream).Assembly.GetExportedTypes().Except(Marked)
        from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where Named(member).Any(named => Marked.Any(marked => named.ToString().Contains(marked.FullName!, StringComparison.Ordinal)))
        select $"{type.Name}.{member.Name}");

    [Theory]
    [InlineData("var stream = new WebSocketStream(\"wss://example.org\"); await stream.Closed;", false)]
    [InlineData("#pragma warning disable CIERRE001\nvar stream = new WebSocketStream(\"wss://example.org\"); await stream.Closed;", true)]
    [InlineData("var socket = new WebSocket(\"wss://example.org\"); await socket.Closed;", true)]
    public void Whoever_uses_it_says_so(string source, bool compiles) =>
        Assert.Equal(compiles ? [] : ["CIERRE001"], Sample.ErrorsOf($"using Cierre.Browser;\n{source}"));

    private static IEnumerable<Type> Named(MemberInfo member) => member switch
    {
        FieldInfo field => [field.FieldType],
        PropertyInfo property => [property.PropertyType],
        EventInfo @event => [@event.EventHandlerType!],
        MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(parameter => parameter.ParameterType)],
        ConstructorInfo constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType),
        _ => [],
    };
}
