using System.Reflection;
using Cierre.Tests.Architecture;
using Xunit;

namespace Cierre.Browser.Tests;

/// <summary>Every member of the standards' IDL is here, and what is here beyond it is named.</summary>
public sealed class IdlTests
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    public static TheoryData<string> Names => [.. IdlTable.Interfaces.Select(i => i.Type.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_member_of_the_IDL_is_present(string name)
    {
        IdlInterface row = IdlTable.Interfaces.Single(i => i.Type.Name == name);
        Faults.None(row.Members.Select(member => Fault(row.Type, member)).OfType<string>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_public_member_is_in_the_IDL_or_named_as_an_addition(string name)
    {
        IdlInterface row = IdlTable.Interfaces.Single(i => i.Type.Name == name);
        var known = row.Members.Select(member => Key(member.Name)).Concat(row.Additions.Select(Key)).ToHashSet();
        var own = row.Type.GetMembers(Public | BindingFlags.DeclaredOnly)
            .Where(member => member is PropertyInfo or EventInfo or FieldInfo or MethodInfo { IsSpecialName: false })
            .Where(member => member is not MethodInfo { IsVirtual: true } method || method.GetBaseDefinition() == method);
        Faults.None(own.Where(member => !known.Contains(Key(member.Name))).Select(member => $"{name}.{member.Name} is in no standard and not named as an addition"));
    }

    [Theory]
    [InlineData(typeof(Event), typeof(object))]
    [InlineData(typeof(CloseEvent), typeof(Event))]
    [InlineData(typeof(MessageEvent), typeof(Event))]
    [InlineData(typeof(ErrorEvent), typeof(Event))]
    [InlineData(typeof(Cierre.Browser.WebSocket), typeof(EventTarget))]
    [InlineData(typeof(CloseEventInit), typeof(EventInit))]
    [InlineData(typeof(MessageEventInit), typeof(EventInit))]
    [InlineData(typeof(DomException), typeof(Exception))]
    public void Interfaces_inherit_as_in_the_IDL(Type type, Type parent) => Assert.Equal(parent, type.BaseType);

    [Fact]
    public void Deprecated_members_are_few_and_known() => Assert.Equal(
        ["CancelBubble", "InitCloseEvent", "InitEvent", "InitMessageEvent", "ReturnValue", "SrcElement"],
        typeof(Event).Assembly.GetExportedTypes().Where(type => type.Namespace == "Cierre.Browser")
            .SelectMany(type => type.GetMembers(Public | BindingFlags.DeclaredOnly))
            .Where(member => member.IsDefined(typeof(ObsoleteAttribute), inherit: false)).Select(member => member.Name).Order());

    private static string? Fault(Type type, IdlMember member)
    {
        string where = $"{type.Name}.{member.Name}";
        MemberInfo[] found = [.. type.GetMembers(Public).Where(m => Key(m.Name) == Key(member.Name) && IsOf(member.Kind, m))];
        if (found.Length == 0) return $"{where} is missing as {member.Kind}";
        if (found.Any(m => m.IsDefined(typeof(ObsoleteAttribute)) != member.Deprecated)) return $"{where}: [Obsolete] is {(member.Deprecated ? "missing" : "too much")}";
        return member.Kind switch
        {
            IdlKind.Constant when !Equals(((FieldInfo)found[0]).GetRawConstantValue(), (ushort)member.Value!) => $"{where} is not the ushort {member.Value}",
            IdlKind.ReadOnly when ((PropertyInfo)found[0]).GetSetMethod() is not null => $"{where} can be set",
            IdlKind.Attribute when ((PropertyInfo)found[0]).GetSetMethod() is null => $"{where} cannot be set",
            _ => null,
        };
    }

    private static bool IsOf(IdlKind kind, MemberInfo member) => kind switch
    {
        IdlKind.Constant => member is FieldInfo { IsLiteral: true },
        IdlKind.Operation => member is MethodInfo,
        _ => member is PropertyInfo,
    };

    /// <summary>The standards' spelling and ours, brought together: AT_TARGET is AtTarget, onclose is OnClose.</summary>
    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
