using System.Reflection;
using Cierre.SystemNet.Tests.Subjects;

namespace Cierre.SystemNet.Tests.Contract;

/// <summary>The cases of one part of the contract.</summary>
public interface IContractCases
{
    /// <summary>The cases.</summary>
    static abstract IReadOnlyList<ContractCase> Cases { get; }
}

/// <summary>Plays each case of a part with each subject.</summary>
public abstract class ContractSuite<TCases>
    where TCases : IContractCases
{
    /// <summary>Every case with every subject that it makes sense for.</summary>
#pragma warning disable CA1000 // xUnit reads a theory's rows from a static member.
    public static TheoryData<string, string> Rows()
#pragma warning restore CA1000
    {
        var rows = new TheoryData<string, string>();
        foreach (ContractCase it in TCases.Cases)
        {
            foreach (Subject subject in SubjectList.All.Where(it.For)) rows.Add(it.Name, subject.Name);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Holds(string rule, string subject)
    {
        ContractCase it = TCases.Cases.Single(one => one.Name == rule);
        Subject played = SubjectList.All.Single(one => one.Name == subject);
        string expected = it.ExpectedOf(played), seen = await Trial.PlayAsync(it, played);
        if (expected == seen) return;
        Assert.Fail($"{rule}: {subject}\n--- expected\n{expected}\n--- seen\n{seen}\n---");
    }
}

/// <summary>All parts.</summary>
internal static class AllCases
{
    public static IReadOnlyList<ContractCase> List { get; } =
    [
        .. from type in typeof(AllCases).Assembly.GetTypes()
           where type.IsClass && type.IsAssignableTo(typeof(IContractCases))
           from it in (IReadOnlyList<ContractCase>)type.GetProperty(nameof(IContractCases.Cases), BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
           select it,
    ];
}
